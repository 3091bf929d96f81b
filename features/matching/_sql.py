"""Single answers of a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb


def numbers(con: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    """The first row of an answer, read to its end (DuckDB 2 does nothing else before)."""
    rows = con.execute(query).fetchall()
    return tuple(rows[0]) if rows else ()
