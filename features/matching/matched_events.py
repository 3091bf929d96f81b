"""Matches as events with a clock of their own: what features and rules may read of departments' lists.

Only `same` counts. A match is known from the moment when both its row and the person's entry it was compared with were
on record, and where a registered death told namesakes apart, that death too. What a later run decides otherwise
(another person, or nobody) counts from that run's moment on and takes nothing back that was scored before: versions
are added, never changed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.asof import Ledger
from features.contract import DERIVED
from features.matching.as_events import as_events, settled_by
from features.matching.register import deaths_known, department_rows, known_rows

FILE = "matched_events.parquet"
SCHEMA = pa.schema(
    [
        ("row_id", pa.string()), ("person_id", pa.string()), ("kind", pa.string()), ("effective_on", pa.date32()),
        ("source", pa.string()), ("basis", pa.string()), ("log_odds", pa.float64()),
        ("recorded_at", pa.timestamp("us", tz="UTC")),
    ]
)  # fmt: skip
"""Columns of the derived table `matched_events`, as it lies in the store."""


class EarlierMomentError(ValueError):
    """Matches of an earlier moment than those on record: history is not rewritten."""


@dataclass(frozen=True, slots=True)
class Record:
    """Versions of matches and the runs they came from: `runs` are moments (microseconds UTC), `begins` the number of
    versions before each run."""

    table: pa.Table
    runs: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()

    def before(self, at_us: int) -> Record:
        """The record without a run of this very moment, which is then made again. Raises EarlierMomentError where a
        later run is on record."""
        if self.runs and at_us < self.runs[-1]:
            raise EarlierMomentError("matches of a later moment are on record; an earlier one would rewrite history")
        if self.runs and at_us == self.runs[-1]:
            return Record(self.table.slice(0, self.begins[-1]), self.runs[:-1], self.begins[:-1])
        return self


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run changed: versions new, changed to another person, and taken back; `standing` matches count now."""

    record: Record
    new: int
    changed: int
    taken_back: int
    standing: int


def read_record(store: Path) -> Record:
    """The record in a store, empty where there is none."""
    path = store / FILE
    if not path.exists():
        return Record(SCHEMA.empty_table())
    table = pq.read_table(path)
    told = json.loads((table.schema.metadata or {})[b"runs"])
    return Record(table.replace_schema_metadata(None).cast(SCHEMA), tuple(told["runs"]), tuple(told["begins"]))


def write_record(store: Path, record: Record) -> None:
    """Write the record into a store, under another name first."""
    told = json.dumps({"runs": record.runs, "begins": record.begins})
    partial = store / f".{FILE}"
    pq.write_table(record.table.replace_schema_metadata({"runs": told}), partial)
    partial.replace(store / FILE)


def forget_record(store: Path) -> bool:
    """Remove the record of a store; whether there was one."""
    path = store / FILE
    there = path.exists()
    path.unlink(missing_ok=True)
    return there


def kept(ledger: Ledger, matches: pa.Table, at_us: int, before: Record) -> Kept:
    """Add what `matches` (the contract's columns), made as of a moment, says to a record.

    Rows of lists and persons that were not known at the moment raise KeyError: such matches were made as of a later
    one. Raises EarlierMomentError.
    """
    base = before.before(at_us)
    rows, persons = _known(ledger, "department_rows", "row_id", at_us), _known(ledger, "persons", "person_id", at_us)
    chosen = matches.filter(pc.equal(matches.column("decision"), "same"))
    named = zip(chosen.column("row_id").to_pylist(), chosen.column("person_id").to_pylist(), strict=True)
    if any(row not in rows or person not in persons for row, person in named):
        raise KeyError("a match names a row or a person that was not known at the moment")
    standing = {row["row_id"]: row for row in base.table.to_pylist()}
    last_run = base.runs[-1] if base.runs else None
    made: list[dict[str, Any]] = []
    counts = {"new": 0, "changed": 0, "taken_back": 0}
    found: set[str] = set()
    deaths = deaths_known(ledger, at_us)
    agreement = dict(zip(chosen.column("row_id").to_pylist(), chosen.column("agreement").to_pylist(), strict=True))
    for event in as_events(chosen, department_rows(ledger, at_us)).to_pylist():
        told = {name: event[name] for name in SCHEMA.names}
        row_id, earlier = told["row_id"], standing.get(told["row_id"])
        found.add(row_id)
        if earlier is not None and all(earlier[k] == told[k] for k in ("person_id", "kind", "effective_on", "basis")):
            continue
        decided_late = earlier is not None or (last_run is not None and rows[row_id] <= last_run)
        settled = settled_by(agreement[row_id])
        by_death = deaths[told["person_id"]][1] if settled == "own_death" else rows[row_id]
        on_record = max(rows[row_id], persons[told["person_id"]], by_death)
        # What is on record about other candidates has no one clock: such a match counts from the run on.
        told["recorded_at"] = at_us if decided_late or settled == "others" else on_record
        counts["new" if earlier is None or earlier["person_id"] is None else "changed"] += 1
        made.append(told)
    for row_id, earlier in sorted(standing.items()):
        if earlier["person_id"] is not None and row_id not in found:
            made.append({**earlier, "person_id": None, "recorded_at": at_us})
            counts["taken_back"] += 1
    table = pa.concat_tables([base.table, _table(made)])
    record = Record(table, (*base.runs, at_us), (*base.begins, base.table.num_rows))
    return Kept(record, **counts, standing=len(found))


def _known(ledger: Ledger, table: str, key: str, at_us: int) -> dict[str, int]:
    """When the version of each row that stands at the moment became known, by its key."""
    source = ledger.tables[table]
    places = known_rows(ledger, table, at_us)
    names = source.arrow(key).take(pa.array(places)).to_pylist()
    return dict(zip(names, np.asarray(source.known_at)[places].tolist(), strict=True))


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    columns = [[row[field.name] for row in rows] for field in SCHEMA]
    stored = [pa.int64() if pa.types.is_timestamp(field.type) else field.type for field in SCHEMA]
    made = [pa.array(v, kind).cast(f.type) for v, kind, f in zip(columns, stored, SCHEMA, strict=True)]
    return pa.table(made, schema=SCHEMA)


if {field.name for field in SCHEMA} != {column.name for column in DERIVED["matched_events"].columns}:
    raise TypeError("matched_events: the stored columns are not those declared")
