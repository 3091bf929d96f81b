"""A ledger that takes rows: what arrives is part of the history at once.

Every number is the same, to the last bit, as that of a ledger made from all rows at once. One thread appends and
reads; a `View` made before an append is thrown away, for what it remembers may be of the time before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.asof import _arrivals as arrivals
from features.asof._cache import Cache
from features.asof._reads import VOCABULARY
from features.asof.growing import Growing
from features.asof.journal import NEVER
from features.asof.ledger import Ledger
from features.asof.ledger_table import ALWAYS, LedgerTable
from features.asof.live_table import PAYMENTS, LiveTable
from features.asof.live_vocabulary import LiveVocabulary
from features.asof.period import periods_days
from features.contract import EVERY_TABLE


@dataclass(slots=True)
class Appended:
    """What became of rows handed to `LiveLedger.append`, by table.

    `rows`: numbers the new rows got (in order of moment and key). `places`: their places among what was handed over, in
    the same order. `repeated`: how many were there already, unchanged.
    `late`: rows known earlier than the table's last; nothing of them is stored, a ledger made anew takes them.
    `conflicts`: rows that contradict one of the same key and clock; loading refuses them too.
    """

    rows: dict[str, range] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)
    repeated: dict[str, int] = field(default_factory=dict)
    late: dict[str, pa.Table] = field(default_factory=dict)
    conflicts: dict[str, pa.Table] = field(default_factory=dict)


class LiveLedger(Ledger):
    """A `Ledger` with `append`.

    `version` counts appends that stored something; `changed` says in which version a table (or `vocabulary:<entity>`)
    last grew; `remade` counts what had to be made again as a whole, by name.

    An append is quiet when it brings nothing but payments known later than everything else: then nothing that is by row
    of another table changes (`features.asof.grows`), and payments stand last in their groups. `loud` is the version of
    the last that was not. `shape` counts when an array was put in the place of another, or something came into being.
    """

    def __init__(
        self, sources: Mapping[str, Path | pa.Table], *, utc_offset_hours: float = 8.0, cache: Cache | None = None
    ) -> None:
        self.version = 0
        self.loud = 0
        self.shape = 0
        self._latest: int | None = None
        self.changed: dict[str, int] = {}
        self.remade: Counter[str] = Counter()
        self._since: dict[tuple[str, int], int] = {}
        self._live: dict[str, LiveTable] = {}
        self._spaces: dict[str, LiveVocabulary] = {}
        self._ranks: dict[str, arrivals.Ranks] = {}
        self._crossed: dict[tuple[str, str], tuple[Growing, int]] = {}
        self._known_periods = 0
        super().__init__(sources, utc_offset_hours=utc_offset_hours, cache=cache)

    def _table(self, name: str, source: Path | pa.Table) -> LedgerTable:
        self._live[name] = LiveTable(self, EVERY_TABLE[name], source)
        return self._live[name]

    def table(self, name: str) -> LiveTable | None:
        """A table, without a note that it was read."""
        return self._live.get(name)

    def append(self, rows: Mapping[str, pa.Table]) -> Appended:
        """Take rows in the canonical types of their tables (see `features.intake`), columns in any order.

        Raises KeyError for a table the contract does not know.
        """
        done = Appended()
        for name, table in rows.items():
            if name not in EVERY_TABLE:
                raise KeyError(f"the contract has no table {name!r}")
            there = table.column_names
            known = [c.name for c in EVERY_TABLE[name].columns if c.name in there]
            self._append(name, table if known == there else table.select(known), done)
        return done

    def _append(self, name: str, rows: pa.Table, done: Appended) -> None:
        table = self._live.get(name)
        if table is None or any(not table.has(column) for column in rows.column_names):
            table = self._widen(name, rows)
        if not rows.num_rows:
            return
        table.open()
        found = arrivals.settle(table, rows)
        for numbers, kept in ((found.late, done.late), (found.conflicts, done.conflicts)):
            if numbers:
                kept[name] = rows.take(pa.array(numbers))
        if found.repeated:
            done.repeated[name] = len(found.repeated)
        if found.new:
            done.rows[name] = self._take(table, rows, found)
            done.places[name] = found.new

    def _next_version(self) -> None:
        self.version += 1
        self._since.clear()

    def _take(self, table: LiveTable, rows: pa.Table, found: arrivals.Arrivals) -> range:
        """Put the new rows in."""
        self._next_version()
        self.changed[table.name] = self.version
        self._note_vocabularies()
        first, chosen = table.rows, np.array(found.new, dtype=np.int64)
        known = found.known[chosen]
        if table.name != PAYMENTS or not first or found.replaces or known[0] <= self._latest_known():
            self.loud = self.version
        self._latest = max(self._latest_known(), int(known[-1]))
        in_order = len(found.new) == rows.num_rows and found.new == list(range(rows.num_rows))
        table.take(
            rows if in_order else rows.take(pa.array(chosen)),
            found.columns if in_order else {name: values[chosen] for name, values in found.columns.items()},
            known,
        )
        self._rank(table, first, known, [found.keys[i] for i in found.new])
        for place, row in found.replaces.items():
            table.replace(row, int(known[place]))
        table.journal.add(self.version, int(known[0]))
        return range(first, table.rows)

    def _latest_known(self) -> int:
        """The latest moment of anything known."""
        if self._latest is None:
            self._latest = max((int(t.known_at[-1]) for t in self._live.values() if t.rows), default=ALWAYS)
        return self._latest

    def _rank(self, table: LiveTable, first: int, known: NDArray[np.int64], keys: list[arrivals.Key]) -> None:
        """Rows of one moment stand in order of their keys."""
        if not first or known[0] > table.known_at[first - 1]:
            return  # They were sorted, and nothing that was there is of the same moment.
        ranks = self._ranks.setdefault(table.name, arrivals.Ranks(table))
        for k, key in enumerate(keys):
            if known[k] != known[0]:
                break
            ranks.put(first + k, int(known[k]), key)

    def _widen(self, name: str, rows: pa.Table) -> LiveTable:
        """A table or column that was not shared before."""
        self.plans.clear()  # They hold what is off for want of it.
        self._next_version()
        self.changed[name] = self.loud = self.version
        self.shape += 1
        table = self._live.get(name)
        if table is None:
            table = self._live[name] = LiveTable(self, EVERY_TABLE[name], rows.schema.empty_table())
            self._sources[name] = table
            self.tables[name] = table
            table.journal.add(self.version, ALWAYS)
        else:
            table.open()
            table.widen(rows.schema)
            table.journal.add(self.version, ALWAYS)
        return table

    def catch_up(self) -> None:
        """Bring indexes and derived columns up to date now; else that is done when they are next asked for."""
        for table in self._live.values():
            table.catch_up()

    def make_room(self) -> None:
        """Copy what payments will be put behind, so that the first that comes need not wait for it."""
        if PAYMENTS in self._live:
            self._live[PAYMENTS].make_room()

    def catch_up_payments(self) -> None:
        """The same for what is made from payments and lies in their table."""
        if PAYMENTS in self._live:
            self._live[PAYMENTS].catch_up()

    def codes(self, entity: str, values: pa.ChunkedArray | pa.Array) -> NDArray[np.int32]:
        """Codes of texts in an identifier space; those not seen before get one."""
        return self.vocabulary(entity).add(values)

    def vocabulary(self, entity: str) -> LiveVocabulary:
        """The identifier space `entity`, over all tables."""
        super().vocabulary(entity)
        return self._spaces[entity]

    def _vocabulary(self, entity: str, values: pa.Array) -> LiveVocabulary:
        self._spaces[entity] = LiveVocabulary(values)
        return self._spaces[entity]

    def _note_vocabularies(self) -> None:
        """Which identifier spaces grew."""
        for entity, vocabulary in self._spaces.items():
            if vocabulary.grown and vocabulary.has_grown():
                self.changed[f"vocabulary:{entity}"] = self.version

    def changed_since(self, names: Iterable[str], version: int, *, spaces: bool = False) -> bool:
        """Whether any table grew after a version, or old values of a derived column changed; or `spaces` grew."""
        for name in names:
            if name.startswith(VOCABULARY):
                if spaces and self.changed.get(name, 0) > version:
                    return True
            elif self.known_since(name, version) != NEVER:
                return True
        return False

    def known_since(self, name: str, version: int) -> int:
        """The earliest moment of what a table learned, or a derived column changed, after a version; NEVER: none."""
        key = (name, version)
        found = self._since.get(key)
        if found is None:
            found = self._since[key] = self._look_since(name, version)
        return found

    def _look_since(self, name: str, version: int) -> int:
        if name.startswith(VOCABULARY):
            return NEVER
        table, _, column = name.partition(".")
        if not column:
            return NEVER if self.changed.get(table, 0) <= version else self._live[table].journal.since(version)
        journal = self._live[table].changes_of(column) if table in self._live else None
        return NEVER if journal is None else journal.since(version)

    def spell_out(self, reads: frozenset[str]) -> frozenset[str]:
        """What was read; of derived columns that are kept on disk and were not opened here, what those had read."""
        found: set[str] = set()
        open_ = list(reads)
        while open_:
            name = open_.pop()
            table, _, column = name.partition(".")
            if not column or (table in self._live and self._live[table].changes_of(column) is not None):
                found.add(name)
            elif name not in found:
                open_ += self.cache.noted(f"{table}-derived-{column}", otherwise=EVERY_TABLE)
        return frozenset(found)

    def made_again(self, name: str) -> None:
        """Count that something was made again as a whole."""
        self.remade[name] += 1

    def crossing(self, source: str, target: str) -> NDArray[np.int32]:
        """For each code of one identifier space the code of the same text in another, -1 where it has none."""
        self.reads.note_all({f"vocabulary:{source}", f"vocabulary:{target}"})
        one, other = self.vocabulary(source), self.vocabulary(target)
        if (source, target) not in self._crossed:
            self._crossed[source, target] = Growing(other.encode(one.values)), len(other)
        codes, seen = self._crossed[source, target]
        if len(other) > seen:
            new = np.arange(seen, len(other))
            found = one.encode(other.texts(new))
            codes.own()[found[(found >= 0) & (found < len(codes))]] = new[(found >= 0) & (found < len(codes))]
        if len(one) > len(codes):
            codes.add(other.encode(one.texts(np.arange(len(codes), len(one)))))
        self._crossed[source, target] = codes, len(other)
        return codes.values

    @property
    def periods(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """First and last local day of each period code, with NaN appended so that code -1 answers NaN."""
        self.reads.note("vocabulary:period")
        vocabulary = self.vocabulary("period")
        if len(vocabulary) != self._known_periods or "_periods" not in self.__dict__:
            first, last = periods_days(vocabulary.values.to_pylist())
            self.__dict__["_periods"] = np.append(first, np.nan), np.append(last, np.nan)
            self._known_periods = len(vocabulary)
        return self._periods

    def contents(self, name: str) -> pa.Table:
        """A table with everything that arrived, as it would be handed over: for a store on disk or a ledger made anew.

        Columns are those it was opened with, then those that came later, in their canonical types.
        """
        table = self._live[name]
        return pa.table({column: table.content(column) for column in table.names})

    def save(self, folder: Path) -> None:
        """Write every table with everything that arrived as canonical Parquet, one file a table."""
        for name in self._live:
            pq.write_table(self.contents(name), folder / f"{name}.parquet")

    def nbytes(self) -> dict[str, int]:
        """Bytes held in memory beside what is mapped from disk: by table, and `vocabularies`."""
        found = {name: table.nbytes for name, table in self._live.items()}
        return {**found, "vocabularies": sum(v.nbytes for v in self._spaces.values())}
