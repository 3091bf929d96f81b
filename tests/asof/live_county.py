"""A county handed over little by little: rows in order of knowledge, each table with a delay of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa

from features.asof import Ledger, View
from features.asof.live import LiveLedger
from features.catalogue import all_features
from features.contract import TABLES
from models.rules.catalogue import all_rules
from models.scoring.bundle import Bundle, load_bundle
from models.scoring.policy import Policy
from models.scoring.score import score_chunk
from tests.county import DAY, known_at

Tables = Mapping[str, pa.Table]


def begun(tables: Tables, cut: int) -> dict[str, pa.Table]:
    """The tables as known by a moment, in the order of their files."""
    return {name: table.filter(pa.array(known_at(name, table) <= cut)) for name, table in tables.items()}


def to_come(tables: Tables, cut: int, seed: int, delays: Mapping[str, float] | None = None) -> list[tuple[str, int]]:
    """(table, row) of what became known after a moment, as it comes in: by moment and the table's delay in days.

    Rows of one moment come in any order.
    """
    rng = np.random.default_rng(seed)
    found: list[tuple[float, float, str, int]] = []
    for name, table in tables.items():
        known = known_at(name, table)
        delay = (delays or {}).get(name, 0.0) * DAY
        rows = np.flatnonzero(known > cut)
        found += [(known[i] + delay, rng.random(), name, int(i)) for i in rows]
    return [(name, i) for _, _, name, i in sorted(found)]


def slices(tables: Tables, coming: list[tuple[str, int]], size: int) -> Iterator[dict[str, pa.Table]]:
    """What comes in, so many rows at a time, whatever their tables."""
    for start in range(0, len(coming), size):
        yield taken(tables, coming[start : start + size])


def taken(tables: Tables, rows: list[tuple[str, int]]) -> dict[str, pa.Table]:
    """Rows by table, in the order given."""
    by_table: dict[str, list[int]] = {}
    for name, i in rows:
        by_table.setdefault(name, []).append(i)
    return {name: tables[name].take(pa.array(numbers)) for name, numbers in by_table.items()}


def anew(base: Tables, tables: Tables, came: list[tuple[str, int]]) -> Ledger:
    """A ledger made at once from what it began with and what came; versions follow what they correct."""
    more = taken(tables, sorted(came, key=lambda row: row[1]))
    names = [*base, *(name for name in more if name not in base)]
    parts = {name: [part[name] for part in (base, more) if name in part] for name in names}
    return Ledger({name: pa.concat_tables(found, promote_options="default") for name, found in parts.items()})


def whole_rows(live: LiveLedger, rows: np.ndarray) -> np.ndarray:
    """Numbers of the same payments in a ledger made at once: there, rows of one moment lie in order of their key."""
    return live.tables["disbursements"].rank_of(rows)


def assert_equal(live: LiveLedger, whole: Ledger, seed: int = 0, sample: int = 60, *, scored: bool = True) -> None:
    """Every feature, rule and score of sampled payments, before payment and after, is the same to the last bit."""
    lines = live.tables["disbursements"]
    assert {name: table.rows for name, table in live.tables.items()} == {n: t.rows for n, t in whole.tables.items()}
    drawn = np.random.default_rng(seed).choice(lines.rows, min(sample, lines.rows), replace=False)
    rows = np.unique(np.concatenate([drawn, np.arange(max(0, lines.rows - 20), lines.rows)])).astype(np.int64)
    there = whole_rows(live, rows)
    last = max(int(table.known_at[-1]) for table in live.tables.values() if table.rows)
    known = lines.known_at[rows]
    assert np.array_equal(known, whole.tables["disbursements"].known_at[there])
    for at in (known, np.full(len(rows), last, dtype=np.int64)):
        one, other = View(live, at, rows), View(whole, at, there)
        for feature in all_features():
            mine, its = feature.of(one), feature.of(other)
            assert np.array_equal(mine, its, equal_nan=True), (feature.name, mine, its)
        if scored:
            for rule in all_rules():
                assert np.array_equal(rule.evaluate(one, policy().settings), rule.evaluate(other, policy().settings))
            assert score_chunk(one, bundle(), policy()).equals(score_chunk(other, bundle(), policy()))


@cache
def policy() -> Policy:
    """The shipped policy."""
    return Policy.load()


@cache
def bundle() -> Bundle:
    """The shipped model, which here gives reasons and evidence for every payment."""
    return replace(load_bundle(), line=-1.0)


def to_the_day(tables: Tables) -> dict[str, pa.Table]:
    """The same county with every moment at the midnight before, so that most rows share theirs with others."""
    found = {}
    for name, table in tables.items():
        for column in TABLES[name].columns:
            if column.type == "ts" and column.name in table.column_names:
                values = table.column(column.name)
                days = np.array([None if v is None else (v + DAY // 3) // DAY * DAY - DAY // 3
                                 for v in values.cast(pa.int64()).to_pylist()], dtype=object)  # fmt: skip
                whole = pa.chunked_array([pa.array(days.tolist(), pa.int64()).cast(values.type)])
                table = table.set_column(table.column_names.index(column.name), column.name, whole)
        found[name] = table
    return found
