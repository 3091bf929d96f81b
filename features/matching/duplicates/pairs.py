"""Which two entries are looked at: everybody inside a household, and across households who shares a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from features.matching import blocking
from features.matching._sql import numbers
from features.matching.exact import neighbours

if TYPE_CHECKING:
    import duckdb

    from features.matching.spec import Spec

LARGEST_HOUSEHOLD = 40
"""An entry of more people is an institution or a collective household: inside it pairs need a key like all others."""


def inside(con: duckdb.DuckDBPyConnection) -> int:
    """Make table `inside`: every two entries of one household, smaller number first; returns how many."""
    con.execute(f"""
        CREATE OR REPLACE TABLE inside AS
        WITH small AS (SELECT household FROM r WHERE household IS NOT NULL GROUP BY household
                       HAVING count(*) BETWEEN 2 AND {LARGEST_HOUSEHOLD})
        SELECT a.n AS l, b.n AS r FROM small JOIN r AS a USING (household) JOIN r AS b USING (household)
        WHERE a.n < b.n""")  # noqa: S608
    return int(numbers(con, "SELECT count(*) FROM inside")[0])


def across(con: duckdb.DuckDBPyConnection, spec: Spec) -> int:
    """Make table `across`: pairs of different households that share a key or have numbers one slip apart."""
    blocking.candidates(con, spec, into="keyed")
    unsound = con.execute("SELECT number_text FROM r WHERE unsound IS NOT NULL ORDER BY number_text").fetchall()
    typed = [(text.upper(), near) for (text,) in unsound for near in sorted(set(neighbours(text.upper())))]
    con.register(
        "near",
        pa.table(
            {
                "typed": pa.array([text.casefold() for text, _ in typed], pa.string()),
                "meant": pa.array([near.casefold() for _, near in typed], pa.string()),
            }
        ),
    )
    con.execute("""
        CREATE OR REPLACE TABLE across AS
        WITH everybody AS (
            SELECT least(l, r) AS l, greatest(l, r) AS r FROM keyed WHERE l <> r
            UNION
            SELECT least(a.n, b.n), greatest(a.n, b.n) FROM near
            JOIN r AS a ON a.number_text = near.typed JOIN r AS b ON b.number = near.meant WHERE a.n <> b.n)
        SELECT everybody.l, everybody.r FROM everybody ANTI JOIN inside USING (l, r)""")
    con.unregister("near")
    return int(numbers(con, "SELECT count(*) FROM across")[0])


def drawn(con: duckdb.DuckDBPyConnection, pairs: int) -> None:
    """Make table `drawn`: about so many pairs of entries of different households, drawn by a hash of identifiers."""
    side = max(30, int((2 * pairs) ** 0.5))
    con.execute(f"""
        CREATE OR REPLACE TABLE drawn AS
        WITH few AS (SELECT n, household FROM r ORDER BY hash(id), id LIMIT {side})
        SELECT a.n AS l, b.n AS r FROM few AS a JOIN few AS b ON a.n < b.n
        WHERE a.household IS NULL OR b.household IS NULL OR a.household <> b.household""")  # noqa: S608
