"""Keep how recipients are found and reached, from rows of `persons` as they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.sealing.column import seal_text
from service.store import recipients
from service.store.recipients import RECIPIENTS
from service.work.context import Context

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection


def keep_recipients(context: Context, connection: Connection, rows: pa.Table) -> None:
    """Keep people of accepted `persons` rows (canonical types) in the caller's transaction."""
    seal = context.seal
    for batch in rows.to_batches(max_chunksize=10_000):
        recipients.keep(
            connection,
            [
                {
                    "person": seal.hash("person", row["person_id"]),
                    "last_six": last_six_of(context, row["person_id"]),
                    "number": seal_text(seal, RECIPIENTS.c.number, row["person_id"]),
                    "name": seal_text(seal, RECIPIENTS.c.name, row["name"]),
                    "phone": seal_text(seal, RECIPIENTS.c.phone, row.get("phone")),
                    "division_code": row["division_code"],
                    "recorded_at": row.get("recorded_at"),
                }
                for row in batch.to_pylist()
            ],
        )


def last_six_of(context: Context, number: str) -> str:
    """The keyed hash of the last six characters of a number, a final x in either case."""
    return context.seal.hash("person", f"last six {number[-6:].upper()}")
