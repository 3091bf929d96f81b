"""One matching from two lists to a decision for every row: prepare, block, learn, compare, decide, explain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.matching import blocking, store
from features.matching._sql import numbers
from features.matching.compare import Compared, compare, count_values, random_patterns
from features.matching.comparisons import Comparison, comparison_of
from features.matching.decide import DECISIONS, Chosen, choose, decide
from features.matching.divisions import Divisions
from features.matching.explain import agreements
from features.matching.fields import Reader
from features.matching.spec import Spec
from features.matching.undone import Memory, fingerprints
from features.matching.weights import UNIT, Floats, Model, learn

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, float], None]
Comparer = Callable[["duckdb.DuckDBPyConnection", Model, list[str], tuple[int, int]], Compared]
"""Compares the pairs of the table `pairs` whose row number lies in a range."""
PRINTS = 20_000
"""Fingerprints made at once."""
PART_PAIRS = 2_000_000
"""About so many pairs are compared at once, which bounds memory."""
SCHEMA = pa.schema(
    [
        ("row_id", pa.string()),
        ("person_id", pa.string()),
        ("probability", pa.float64()),
        ("log_odds", pa.float64()),
        ("decision", pa.string()),
        ("agreement", pa.large_string()),  # A million explanations are more text than 32-bit offsets may hold.
    ]
)
"""The contract's `matches`."""


@dataclass(frozen=True, slots=True)
class Links:
    """What a matching found.

    `matches` has `SCHEMA`, one row a row of the left list, in the order of identifiers. `persons` names the best
    candidate of each row whatever was decided (null where there was none), `pairs` counts those compared, `cleared`
    those kept out because people took the link back. `prints` has, for rows asked about, the person and fingerprints of
    both records.
    """

    matches: pa.Table
    persons: pa.Array
    pairs: int
    cleared: int
    model: Model
    prints: Mapping[str, tuple[str, str, str]]

    @property
    def counts(self) -> dict[str, int]:
        """Rows by decision."""
        found = self.matches.column("decision").to_pylist()
        return {name: found.count(name) for name in ("same", "unsure", "none")}

    def summary(self, spec: Spec) -> dict[str, object]:
        """Counts, lines and weights for a machine; no record of anybody."""
        weights = {
            c.field: {
                level.key: {
                    "m": float(self.model.m[c.field][place]),
                    "u": float(self.model.u[c.field][place]),
                    "weight": int(self.model.weights(c.field)[place]) / UNIT,
                }
                for place, level in enumerate(c.levels)
            }
            for c in self.model.comparisons
        }
        return {
            "rows": self.counts,
            "pairs": self.pairs,
            "cleared": self.cleared,
            "spec": spec.version,
            "same_probability": spec.same_probability,
            "none_probability": spec.none_probability,
            "linked": self.model.linked,
            "persons": self.model.persons,
            "learned_rows": self.model.learned_rows,
            "weights": weights,
        }


@dataclass(frozen=True, slots=True)
class Lists:
    """Two lists and what is needed to read them."""

    left: pa.Table
    right: pa.Table
    divisions: Divisions = field(default_factory=Divisions)


def link(
    lists: Lists,
    spec: Spec,
    *,
    memory: Memory | None = None,
    asked: frozenset[str] | None = frozenset(),
    compare_with: Comparer | None = None,
    start: Mapping[str, Floats] | None = None,
    memory_gb: float = 4.0,
    threads: int = 2,
    on_disk: bool = True,
    progress: Progress | None = None,
) -> Links:
    """Find for each row of the left list the person of the right list it means.

    `memory` keeps out pairs that people cleared; `asked` are rows whose fingerprints are wanted (None: every row);
    `compare_with` compares somewhere else than in the database (Spark); `start` begins learning from other shares than
    the shipped ones; without `on_disk` nothing is written to a disk.
    Raises SpecError, BlockError and DuplicateIdError; OutOfSpaceError where `memory_gb` does not do without a disk.
    """
    tell = progress or (lambda _what, _share: None)
    rows = lists.left.num_rows + lists.right.num_rows
    with store.opened(rows, memory_gb=memory_gb, threads=threads, on_disk=on_disk) as con:
        tell("reading both lists", 0.0)
        store.fill(con, Reader(spec, lists.divisions), lists.left, lists.right)
        columns = store.columns_of(con)
        blocking.check_blocks(spec, columns)
        comparisons = tuple(comparison_of(one) for one in spec.fields)
        tell("finding candidates", 0.0)
        pairs = blocking.candidates(con, spec)
        left_ids, right_ids = store.ids(con, "l"), store.ids(con, "r")
        cleared = _clear(con, memory, columns) if memory is not None and memory.any else 0
        tell("learning weights", 0.0)
        model = learn_from(con, spec, comparisons, columns, start)
        order = _ranks(right_ids)
        parts = []
        for low, high in _ranges(len(left_ids), pairs):
            tell("comparing", low / max(1, len(left_ids)))
            compared = (compare_with or _in_database)(con, model, columns, (low, high))
            parts.append(_part(compared, choose(compared, model, order), model, spec, right_ids))
        found = _gathered(parts, left_ids, right_ids, pairs, cleared, model)
        return found if asked == frozenset() else replace(found, prints=_prints(con, columns, found, asked))


def _ranges(rows: int, pairs: int) -> list[tuple[int, int]]:
    """Ranges of rows with about `PART_PAIRS` pairs each, at least one."""
    size = max(1, -(-rows // max(1, -(-pairs // PART_PAIRS))))
    return [(low, min(low + size, rows)) for low in range(0, max(1, rows), size)]


def _in_database(con: duckdb.DuckDBPyConnection, model: Model, columns: list[str], rows: tuple[int, int]) -> Compared:
    return compare(con, model.comparisons, columns, rows=rows)


def _prints(
    con: duckdb.DuckDBPyConnection, columns: list[str], found: Links, asked: frozenset[str] | None
) -> dict[str, tuple[str, str, str]]:
    """Person and fingerprints of both records for the rows asked about (None: all) that have a candidate."""
    named = zip(found.matches.column("row_id").to_pylist(), found.persons.to_pylist(), strict=True)
    pairs = [(row, one) for row, one in named if one is not None and (asked is None or row in asked)]
    left = _prints_of(con, "l", columns, {row for row, _ in pairs})
    right = _prints_of(con, "r", columns, {person for _, person in pairs})
    return {row: (person, left[row], right[person]) for row, person in pairs}


def _prints_of(
    con: duckdb.DuckDBPyConnection, table: str, columns: list[str], wanted: Collection[str]
) -> dict[str, str]:
    """Fingerprints of records by identifier."""
    ordered = sorted(wanted)
    made: dict[str, str] = {}
    for start in range(0, len(ordered), PRINTS):
        con.register("wanted_ids", pa.table({"id": pa.array(ordered[start : start + PRINTS], pa.string())}))
        numbers = con.execute(f"SELECT n, id FROM {table} JOIN wanted_ids USING (id)").fetchall()  # noqa: S608
        con.unregister("wanted_ids")
        prints = fingerprints(con, table, columns, [n for n, _ in numbers])
        made.update((str(one), prints[n]) for n, one in numbers)
    return made


def learn_from(
    con: duckdb.DuckDBPyConnection,
    spec: Spec,
    comparisons: tuple[Comparison, ...],
    columns: list[str],
    start: Mapping[str, Floats] | None = None,
) -> Model:
    """Weights from the rows whose hash comes first, at most `train_rows`, and from random pairs."""
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE trained AS SELECT n FROM l ORDER BY hash(id), id LIMIT {spec.train_rows}""")  # noqa: S608
    con.execute("CREATE OR REPLACE TEMP TABLE train_pairs AS SELECT * FROM pairs WHERE l IN (SELECT n FROM trained)")
    rows = numbers(con, "SELECT (SELECT count(*) FROM trained), (SELECT count(*) FROM r)")
    values = count_values(con, comparisons)
    compared = compare(con, comparisons, columns, "train_pairs")
    levels, counts = random_patterns(con, comparisons, columns, spec.random_pairs)
    sizes = {"rows": int(rows[0]), "persons": int(rows[1])}
    return learn(compared, levels, counts, values, comparisons, spec, start=start, **sizes)


def _clear(con: duckdb.DuckDBPyConnection, memory: Memory, columns: list[str]) -> int:
    """Take pairs out that people cleared and whose records are as they were; returns how many."""
    rows = con.execute("SELECT DISTINCT l.id FROM l").fetchall()
    asked = sorted({row for (row,) in rows} & memory.rows)
    if not asked:
        return 0
    con.register("asked", pa.table({"id": pa.array(asked, pa.string())}))
    pairs = "SELECT pairs.l, pairs.r, l.id FROM pairs JOIN l ON l.n = pairs.l JOIN asked USING (id)"
    found = con.execute(pairs).fetchall()
    con.unregister("asked")
    left = fingerprints(con, "l", columns, sorted({pair[0] for pair in found}))
    right = fingerprints(con, "r", columns, sorted({pair[1] for pair in found}))
    out = memory.out([(row, l, r) for l, r, row in found], left, right)  # noqa: E741
    if out:
        # At once: one by one a few thousand answers of people would take longer than the comparison.
        columns_of_out = {"l": [one for one, _ in out], "r": [other for _, other in out]}
        con.register("away", pa.table(columns_of_out, pa.schema([("l", pa.int32()), ("r", pa.int32())])))
        con.execute("DELETE FROM pairs USING away WHERE pairs.l = away.l AND pairs.r = away.r")
        con.unregister("away")
    return len(out)


def _ranks(ids: pa.Array) -> NDArray[np.int64]:
    """Place of each person in the order of identifiers."""
    import pyarrow.compute as pc

    ranks = np.empty(len(ids), np.int64)
    ranks[pc.sort_indices(ids).to_numpy()] = np.arange(len(ids))
    return ranks


@dataclass(frozen=True, slots=True)
class _Part:
    rows: NDArray[np.int32]
    persons: NDArray[np.int32]
    units: NDArray[np.int64]
    probability: NDArray[np.float64]
    decision: NDArray[np.int8]
    agreement: pa.Array


def _part(compared: Compared, chosen: Chosen, model: Model, spec: Spec, right_ids: pa.Array) -> _Part:
    tied = np.array([bool(others) for others in chosen.equals], dtype=np.bool_)
    probability = chosen.probability
    decision = decide(probability, tied, spec.same_probability, spec.none_probability)
    return _Part(
        compared.row[chosen.pair],
        compared.person[chosen.pair],
        chosen.log_odds,
        probability,
        decision,
        pa.array(agreements(compared, chosen, model, right_ids), pa.large_string()),
    )


def _gathered(
    parts: list[_Part], left_ids: pa.Array, right_ids: pa.Array, pairs: int, cleared: int, model: Model
) -> Links:
    """One row a row of the left list; rows without a candidate are `none` with probability 0 and no log-odds."""
    n = len(left_ids)
    rows = np.concatenate([p.rows for p in parts])
    person = np.full(n, -1, np.int64)
    probability, log_odds, decision = np.zeros(n), np.full(n, np.nan), np.zeros(n, np.int8)
    person[rows] = np.concatenate([p.persons for p in parts])
    probability[rows] = np.concatenate([p.probability for p in parts])
    log_odds[rows] = np.concatenate([p.units for p in parts]) / UNIT
    decision[rows] = np.concatenate([p.decision for p in parts])
    place = np.full(n, -1, np.int64)
    place[rows] = np.arange(len(rows))
    told = pa.concat_arrays([p.agreement for p in parts]).take(pa.array(place, mask=place < 0))
    best = right_ids.take(pa.array(person, mask=person < 0))
    shown = right_ids.take(pa.array(person, mask=(person < 0) | (decision == 0)))
    table = pa.table(
        {
            "row_id": left_ids,
            "person_id": shown,
            "probability": probability,
            "log_odds": pa.array(log_odds, mask=np.isnan(log_odds)),
            "decision": pa.array(np.array(DECISIONS, dtype=object)[decision], pa.string()),
            "agreement": told.fill_null("{}"),
        },
        schema=SCHEMA,
    )
    order = pa.array(np.argsort(_ranks(left_ids), kind="stable"))
    return Links(table.take(order), best.take(order), pairs, cleared, model, {})


def decided_by(links: Links, same: float, none: float) -> Links:
    """The same links decided by other lines; ties stay `unsure`."""
    table = links.matches
    tied = np.array(
        ['"rivals": {"level": "equal"' in text for text in table.column("agreement").to_pylist()], dtype=np.bool_
    )
    probability = table.column("probability").to_numpy()
    decision = decide(probability, tied, same, none)
    decision = np.where(np.asarray(links.persons.is_valid()), decision, 0)
    shown = pa.array([p if d else None for p, d in zip(links.persons.to_pylist(), decision, strict=True)], pa.string())
    words = pa.array(np.array(DECISIONS, dtype=object)[decision], pa.string())
    made = table.set_column(1, SCHEMA.field("person_id"), shown).set_column(4, SCHEMA.field("decision"), words)
    return replace(links, matches=made)


def batches(matches: pa.Table, rows: int = 100_000) -> Iterator[pa.Table]:
    """The matches in parts, to be written one after the other."""
    for start in range(0, max(1, matches.num_rows), rows):
        yield matches.slice(start, rows)
