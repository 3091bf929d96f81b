"""Links as events that features and rules read: `matched_events`, kept among the facts, where every ledger finds them.

The rule is that of `mingbai keep-matches`: only `same` counts, versions are added and never changed, and a later run
takes nothing back that was scored before.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from service.clock import micros
from service.store import facts
from service.work.context import Context
from service.work.facts.batches import read_after, sealed

if TYPE_CHECKING:
    import pyarrow as pa

    from features.asof import Ledger
    from features.matching.matched_events import Kept

TABLE: Final = "matched_events"
SOURCE: Final = "matching"
ROWS: Final = 50_000
"""Rows of a batch."""


def events_of(
    context: Context, ledger: Ledger, matches: pa.Table, at: dt.datetime, last: dt.datetime | None
) -> tuple[Kept, pa.Table]:
    """What `matches` made as of a moment changes, and the versions to be added. `last`: the moment of the run before.

    Raises KeyError for matches that name what was not known at the moment.
    """
    import pyarrow as pa

    from features.matching.matched_events import SCHEMA, Record, kept

    with context.database.read() as connection:
        parts = [rows for _, _, rows in read_after(context, connection, 0, tables=[TABLE])]
    table = pa.concat_tables([SCHEMA.empty_table(), *(part.cast(SCHEMA) for part in parts)])
    before = Record(table, (micros(last),), (0,)) if last is not None else Record(table)
    found = kept(ledger, matches, micros(at), before)
    return found, found.record.table.slice(table.num_rows)


def add_events(context: Context, connection: Connection, rows: pa.Table) -> None:
    """Add versions to the facts, in the caller's transaction."""
    if not rows.num_rows:
        return
    context.database.alone(connection, "facts")
    for batch in rows.combine_chunks().to_batches(max_chunksize=ROWS):
        content = sealed(context, batch)
        facts.add_batch(connection, TABLE, batch.num_rows, content, SOURCE, context.clock.now())
