"""What each queue offered and by what chance, kept beside the data: a later training divides by it.

The contract's findings say that a payment was drawn at random, but not by what chance. One Parquet file a queue, named
by its moment, holds every payment offered; drawing the queue of a moment again replaces its file.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = "queues"
SCHEMA = pa.schema(
    [
        ("queue_at", pa.int64()),
        ("case_id", pa.string()),
        ("disbursement_id", pa.string()),
        ("offered_as", pa.string()),
        ("propensity", pa.float64()),
        ("frame", pa.int64()),
    ]
)
"""`queue_at` in microseconds UTC; `offered_as` one of alert, random, instructive; `propensity` the chance of being
offered (1 unless random); `frame` the number of payments that could have been drawn at random."""


def keep(draws: pa.Table, store: Path) -> Path | None:
    """Write one queue's record under `store`; None for a queue without any place."""
    if draws.num_rows == 0:
        return None
    folder = store / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{draws.column('queue_at')[0].as_py()}.parquet"
    # Written beside it and put in its place at once: a training that reads meanwhile sees the old one or the new.
    partial = path.with_suffix(f".{os.getpid()}.partial")
    pq.write_table(draws.cast(SCHEMA), partial)
    partial.replace(path)
    return path


def kept(store: Path) -> pa.Table:
    """Every record under `store`, earliest queue first; no rows where no queue was kept."""
    paths = sorted((store / FOLDER).glob("*.parquet"), key=lambda path: int(path.stem))
    return pa.concat_tables([SCHEMA.empty_table(), *(pq.read_table(path, schema=SCHEMA) for path in paths)])
