"""What the queue offered and by what chance, as trainings read it (`models.scoring.draws.kept`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.store import queue_draws
from service.work.context import Context

if TYPE_CHECKING:
    import pyarrow as pa


def kept_draws(context: Context) -> pa.Table:
    """Every draw on record in the form of `models.scoring.draws.SCHEMA`, the earliest queue first."""
    import pyarrow as pa

    from models.scoring.draws import SCHEMA

    with context.database.read() as connection:
        rows = [dict(row._mapping) for row in queue_draws.every(connection)]
    return pa.Table.from_pylist(rows, schema=SCHEMA)
