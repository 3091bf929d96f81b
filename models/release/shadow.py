"""What a challenger said of payments in live scoring, written beside the data and never shown in a queue.

Payment ids are data: these files lie in the data's store, not in the record of models. One file a scoring; the same
payments scored again by the same two models take the place of the earlier file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

FOLDER = "shadow"
SCHEMA = pa.schema(
    [
        ("disbursement_id", pa.string()),
        ("as_of", pa.string()),
        ("champion_score", pa.float64()),
        ("challenger_score", pa.float64()),
        ("champion_recommendation", pa.string()),
        ("challenger_recommendation", pa.string()),
        ("champion_us", pa.float64()),
        ("challenger_us", pa.float64()),
    ]
)
"""Scores and recommendations of both models, and microseconds each took to judge a payment."""
_FROM = (
    "disbursement_id", "as_of", "score", "beside_score", "recommendation", "beside_recommendation",
    "judge_us", "beside_judge_us",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shadow:
    """Everything two models said of the same payments in live scoring, each payment and moment once; shapes (n,)."""

    ids: NDArray[np.object_]
    as_of: NDArray[np.object_]
    champion: NDArray[np.float64]
    challenger: NDArray[np.float64]
    champion_us: NDArray[np.float64]
    challenger_us: NDArray[np.float64]


class ShadowFile:
    """One scoring's file, written chunk by chunk; it appears when it is whole.

    `champion` and `challenger` are the numbers on record.
    """

    def __init__(self, store: Path, champion: str, challenger: str) -> None:
        self.folder = store / FOLDER / f"{champion}-{challenger}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._partial = self.folder / f".writing-{os.getpid()}-{id(self)}.parquet"
        self._writer = pq.ParquetWriter(self._partial, SCHEMA, compression="zstd", compression_level=1)
        self._digest = hashlib.sha256()
        self.rows = 0

    def add(self, scored: pa.Table) -> None:
        """Add a chunk that carries what the second model said (`models.scoring.score.BESIDE`)."""
        chunk = pa.table([scored.column(name) for name in _FROM], schema=SCHEMA)
        for name in ("disbursement_id", "as_of"):
            for part in chunk.column(name).chunks:
                for buffer in part.buffers():
                    if buffer is not None:
                        self._digest.update(buffer)
        self._writer.write_table(chunk)
        self.rows += chunk.num_rows

    def close(self, *, keep: bool) -> Path | None:
        """End the file: put it in its place, or take it away where nothing was scored or the scoring failed."""
        self._writer.close()
        if not keep or self.rows == 0:
            self._partial.unlink(missing_ok=True)
            return None
        path = self.folder / f"{self._digest.hexdigest()[:16]}.parquet"
        self._partial.replace(path)
        return path


def read_shadow(store: Path, champion: str, challenger: str) -> Shadow:
    """What the two models said in live scoring, the latest word where a payment and moment was scored twice."""
    folder = store / FOLDER / f"{champion}-{challenger}"
    tables = list(_tables(folder))
    whole = pa.concat_tables([SCHEMA.empty_table(), *tables])
    ids, moments = (np.array(whole.column(name).to_pylist(), dtype=object) for name in ("disbursement_id", "as_of"))
    last = {key: k for k, key in enumerate(zip(ids, moments, strict=True))}
    keep = np.array(sorted(last.values()), dtype=np.int64)
    numbers = {f.name: whole.column(f.name).to_numpy()[keep] for f in SCHEMA if pa.types.is_floating(f.type)}
    return Shadow(
        ids[keep],
        moments[keep],
        numbers["champion_score"],
        numbers["challenger_score"],
        numbers["champion_us"],
        numbers["challenger_us"],
    )


def _tables(folder: Path) -> Iterator[pa.Table]:
    files = [path for path in folder.glob("*.parquet") if not path.name.startswith(".")]
    for path in sorted(files, key=lambda p: (p.stat().st_mtime_ns, p.name)):
        yield pq.read_table(path, schema=SCHEMA)
