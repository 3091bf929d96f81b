"""Take a few rows that the service itself makes: complaints of recipients, findings of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from service.work.facts.accept import Accepted, accept
from service.work.facts.hashes import hashes_of

if TYPE_CHECKING:
    from service.work.context import Context


def take_rows(
    context: Context, connection: Connection, table: str, rows: Sequence[Mapping[str, object]], *, source: str
) -> Accepted:
    """Take rows of a contract table (values as `features.intake.accept_rows` reads them) in the caller's transaction.

    Raises ValueError naming columns and reasons, never values, when a row does not hold: what the service makes itself
    has no business in quarantine.
    """
    from features.contract import TABLES
    from features.intake import accept_rows

    found = accept_rows(TABLES[table], rows, source=source)
    if found.quarantine:
        raise ValueError(f"{table}: " + ", ".join(f"{row.column} ({row.reason})" for row in found.quarantine))
    return accept(
        context,
        connection,
        TABLES[table],
        found.batch,
        hashes_of(context.seal, TABLES[table], found.batch),
        source=source,
    )
