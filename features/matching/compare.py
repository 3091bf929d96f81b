"""Pairs looked at field by field, in the database: the level of every field, and how common the shared value is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.matching._sql import numbers
from features.matching.comparisons import Comparison

if TYPE_CHECKING:
    import duckdb

JARO_WINKLER = "jaro_winkler_similarity"
"""What DuckDB calls it."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs of one part of the rows, sorted by row.

    `row`, `person` (n,) int32 numbers of row and person; `levels` (n, fields) int8, -1 where nothing can be said;
    `shares` (n, fields) float64, the share of persons with the value both have, NaN where the level does not ask.
    """

    row: NDArray[np.int32]
    person: NDArray[np.int32]
    levels: NDArray[np.int8]
    shares: NDArray[np.float64]


def count_values(
    con: duckdb.DuckDBPyConnection, comparisons: tuple[Comparison, ...]
) -> dict[str, tuple[float, float, int]]:
    """Count the values of every column a level asks about, into tables `f_<column>` (`value`, `share`).

    Returns for each column: the sum of squared shares (two persons drawn at random have the same value), the same for
    two different persons, and the number of persons with a value.
    """
    found: dict[str, tuple[float, float, int]] = {}
    for column in sorted({v.column for c in comparisons for v in c.levels if v.column is not None}):
        con.execute(f"""
            CREATE OR REPLACE TABLE f_{column} AS
            SELECT {column} AS value, count(*) AS held, count(*) / (SELECT count({column}) FROM r) AS share
            FROM r WHERE {column} IS NOT NULL GROUP BY {column}""")  # noqa: S608
        sums = "sum(held), sum(held::HUGEINT * held), sum(held::HUGEINT * (held - 1))"
        rows, squares, others = (int(v or 0) for v in numbers(con, f"SELECT {sums} FROM f_{column}"))  # noqa: S608
        found[column] = (squares / max(1, rows) ** 2, others / max(1, rows * (rows - 1)), rows)
    return found


def suffixed(table: str, columns: list[str], side: str) -> str:
    """A select list that gives every column the ending `_l` or `_r`."""
    return ", ".join(f"{table}.{column} AS {column}_{side}" for column in columns)


def used(columns: list[str], text: str) -> list[str]:
    """Those of the columns that some SQL names with the ending of either side: the others need not be joined."""
    named = set(re.findall(r"\b(\w+)_[lr]\b", text))
    return [column for column in columns if column in named]


def compare(
    con: duckdb.DuckDBPyConnection,
    comparisons: tuple[Comparison, ...],
    columns: list[str],
    pairs: str = "pairs",
    rows: tuple[int, int] | None = None,
) -> Compared:
    """Compare the pairs of a table, of rows numbered in [rows) where given."""
    where = f"WHERE pairs.l >= {rows[0]} AND pairs.l < {rows[1]}" if rows is not None else ""
    cases = ", ".join(f"({c.case(JARO_WINKLER)})::TINYINT AS g_{c.field}" for c in comparisons)
    kept = "".join(f", {column}_r" for column in _weighed(comparisons))
    columns = used(columns, f"{cases} {kept}")
    levels = f"""
        WITH both_sides AS (
            SELECT pairs.l AS l, pairs.r AS r, {suffixed("l", columns, "l")}, {suffixed("r", columns, "r")}
            FROM {pairs} AS pairs JOIN l ON l.n = pairs.l JOIN r ON r.n = pairs.r {where})
        SELECT l, r, {cases} {kept} FROM both_sides"""  # noqa: S608
    return with_shares(con, comparisons, f"({levels})")


def with_shares(con: duckdb.DuckDBPyConnection, comparisons: tuple[Comparison, ...], levels: str) -> Compared:
    """Levels from a table or query (`l`, `r`, `g_<field>`, and `<column>_r` of every column weighed by value), with how
    common the shared values are, sorted by row and person.
    """
    joins = " ".join(f"LEFT JOIN f_{c} ON f_{c}.value = levels.{c}_r" for c in _weighed(comparisons))
    names = ", ".join(f"g_{c.field}" for c in comparisons)
    shares = ", ".join(_share(c) for c in comparisons)
    query = f"SELECT l, r, {names}, {shares} FROM {levels} AS levels {joins}"  # noqa: S608
    found: dict[str, Any] = con.execute(query).fetchnumpy()
    order = np.lexsort((found["r"], found["l"]))
    level = np.stack([np.asarray(found[f"g_{c.field}"])[order] for c in comparisons], axis=1).astype(np.int8)
    share = np.stack([_filled(found[f"s_{c.field}"])[order] for c in comparisons], axis=1)
    return Compared(found["l"][order].astype(np.int32), found["r"][order].astype(np.int32), level, share)


def _weighed(comparisons: tuple[Comparison, ...]) -> list[str]:
    """Columns whose values weigh by how common they are."""
    return sorted({v.column for c in comparisons for v in c.levels if v.by_value and v.column is not None})


def _filled(values: Any) -> NDArray[np.float64]:
    return np.asarray(np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan), dtype=np.float64)


def _share(c: Comparison) -> str:
    parts = [
        f"WHEN g_{c.field} = {n} THEN f_{v.column}.share" for n, v in enumerate(c.levels) if v.by_value and v.column
    ]
    return f"CASE {' '.join(parts)} END AS s_{c.field}" if parts else f"NULL::DOUBLE AS s_{c.field}"


def random_patterns(
    con: duckdb.DuckDBPyConnection, comparisons: tuple[Comparison, ...], columns: list[str], pairs: int
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Levels of about so many pairs drawn at random: distinct patterns (n, fields) and how often each came.

    Rows and persons are drawn by a hash of their identifiers, so that the order of a file decides nothing.
    """
    side = max(30, int(pairs**0.5))
    for table in ("l", "r"):
        drawn = f"SELECT * FROM {table} ORDER BY hash(id), id LIMIT {side}"  # noqa: S608
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table}_drawn AS {drawn}")
    cases = ", ".join(f"({c.case(JARO_WINKLER)})::TINYINT AS g_{c.field}" for c in comparisons)
    names = ", ".join(f"g_{c.field}" for c in comparisons)
    columns = used(columns, cases)
    found = con.execute(f"""
        WITH both_sides AS (SELECT {suffixed("l_drawn", columns, "l")}, {suffixed("r_drawn", columns, "r")}
            FROM l_drawn CROSS JOIN r_drawn)
        SELECT {names}, count(*) AS pairs FROM (SELECT {cases} FROM both_sides)
        GROUP BY ALL ORDER BY ALL""").fetchnumpy()  # noqa: S608
    levels = np.stack([np.asarray(found[f"g_{c.field}"]) for c in comparisons], axis=1).astype(np.int8)
    return levels, np.asarray(found["pairs"], dtype=np.int64)
