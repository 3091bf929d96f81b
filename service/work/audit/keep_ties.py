"""Keep who belongs to whom, from rows of persons, kinship and officials as they come in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from service.store import kin_ties
from service.store.kin_ties import Post
from service.work.context import Context

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "persons": ("person_id", "household_id", "division_code", "recorded_at"),
    "kinship": ("person_id", "relative_id", "relation", "recorded_at"),
    "officials": ("official_id", "post", "division_code", "from_date", "to_date", "person_id"),
}
"""The tables whose rows hold ties, and the columns that are read."""


def keep_ties(context: Context, connection: Connection, table: str, rows: pa.Table) -> None:
    """Keep the ties of accepted rows in the caller's transaction, persons as keyed hashes.

    `rows` are rows of a contract table as intake makes them (canonical Arrow types; optional columns may be missing).
    Other tables hold no ties and change nothing; the same rows again change nothing either.
    """
    if table not in COLUMNS or rows.num_rows == 0:
        return

    def person(value: str | None) -> str | None:
        return None if value is None else context.seal.hash("person", value)

    read = _columns(rows, COLUMNS[table])
    if table == "persons":
        kin_ties.keep_places(connection, ((str(person(p)), h, d, at) for p, h, d, at in read))
    elif table == "kinship":
        kin_ties.keep_kin(connection, ((str(person(p)), str(person(r)), relation, at) for p, r, relation, at in read))
    else:
        kin_ties.keep_posts(
            connection,
            (Post(o, post, d or "", _day(begun) or "", _day(ended), person(p)) for o, post, d, begun, ended, p in read),
        )


def _columns(rows: pa.Table, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Rows of some columns side by side; a column nobody handed over is None throughout."""
    there = set(rows.column_names)
    for batch in rows.select([name for name in names if name in there]).to_batches(max_chunksize=10_000):
        columns = batch.to_pydict()
        yield from zip(*(columns.get(name) or [None] * batch.num_rows for name in names), strict=True)


def _day(value: dt.date | None) -> str | None:
    """A date as text, None where there is none."""
    return None if value is None else value.isoformat()
