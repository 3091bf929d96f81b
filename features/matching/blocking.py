"""Which pairs are looked at: those that share a key, for keys that few persons share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from features.matching._sql import numbers

if TYPE_CHECKING:
    import duckdb

    from features.matching.spec import Spec


class BlockError(ValueError):
    """A block names a column that no field makes; the message lists those there are."""


def check_blocks(spec: Spec, columns: list[str]) -> None:
    """Raises BlockError for a block of columns nobody prepared."""
    for block in spec.blocks:
        for column in block:
            if column not in columns:
                raise BlockError(f"matching.blocks: unknown column {column!r}; known are {', '.join(sorted(columns))}")


def candidates(con: duckdb.DuckDBPyConnection, spec: Spec, *, rows: str = "l", into: str = "pairs") -> int:
    """Make the table `into` (`l`, `r`: numbers of row and person), each pair once; returns how many.

    A key shared by more than `block_cap` persons brings nothing: the stricter blocks beside it find who is meant.
    """
    con.execute(f"CREATE OR REPLACE TABLE {into} (l INTEGER, r INTEGER)")
    for block in spec.blocks:
        keys = ", ".join(block)
        there = " AND ".join(f"{key} IS NOT NULL" for key in block)
        con.execute(f"""
            INSERT INTO {into}
            WITH asked AS (SELECT DISTINCT {keys} FROM {rows} WHERE {there}),
            held AS (SELECT {keys}, n FROM r SEMI JOIN asked USING ({keys})),
            few AS (SELECT {keys} FROM held GROUP BY ALL HAVING count(*) <= {spec.block_cap})
            SELECT {rows}.n, held.n FROM few JOIN held USING ({keys}) JOIN {rows} USING ({keys})""")  # noqa: S608
    con.execute(f"CREATE OR REPLACE TABLE {into} AS SELECT DISTINCT l, r FROM {into}")  # noqa: S608
    return int(numbers(con, f"SELECT count(*) FROM {into}")[0])  # noqa: S608
