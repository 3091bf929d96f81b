"""Load one table: stream its chunks through the checks into a Parquet file, then settle repeated rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.contract import Table
from features.intake._check import check
from features.intake._chunk import Source
from features.intake._reasons import Reason, refuse
from features.intake._repeats import Hasher, Hashes, Repeats, compare, identity, meeting, partitions
from features.intake._types import canonical_schema
from features.intake.report import QUARANTINE_SCHEMA, QuarantinedRow, TableReport

ROW_GROUP: Final = 1 << 20
_SORTABLE: Final = 1_000_000
"""Quarantined rows up to here are sorted by line; beyond, conflicts of keys follow the others."""


def load_table(
    source: Source, work: Path, connection: duckdb.DuckDBPyConnection, advance: Callable[[int], None]
) -> TableReport:
    """Load `source` into `work/<table>.parquet`, its refused rows into `work/quarantine/<table>.parquet`.

    `connection` is used to hash rows, `advance` is told how many bytes of the file have been read. Raises IntakeError
    where the file is damaged.
    """
    table = source.table
    present = [c.name for c in table.columns if c.name not in source.missing_columns]
    schema = canonical_schema(table, set(present))
    path = work / f"{table.name}.parquet"
    identities = identity(table, present)
    hasher = Hasher(identities, connection)
    lines: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64)]
    rows_in = 0
    with Quarantine(work / "quarantine" / path.name) as quarantine, Background(path, schema) as out:
        for chunk in source.chunks():
            rows_in += chunk.rows_in
            checked = check(table, source.path.name, chunk, source.convert)
            quarantine.add(checked.refused)
            hasher.add(checked.batch)
            lines.append(checked.lines)
            out.write(checked.batch)
            advance(chunk.done)
        hashes = hasher.finish()
        accepted = len(hashes)
        candidates = meeting(hashes)
        repeated = 0
        out.close()
        if len(candidates):
            repeats = _settle(path, candidates, hashes, identities, version_clock(table, present))
            repeated = len(repeats.repeated)
            accepted -= len(repeats.conflicts)
            quarantine.add(conflicts_in_words(table, source.path.name, repeats, np.concatenate(lines)), sort=True)
            _leave_out(path, schema, repeats)
    return TableReport(
        table=table.name,
        file=source.path.name,
        rows_in=rows_in,
        accepted=accepted,
        quarantined=quarantine.rows,
        repeated=repeated,
        missing_columns=source.missing_columns,
        ignored_columns=source.ignored_columns,
        notes=source.notes,
    )


def writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer of stored tables."""
    return pq.ParquetWriter(path, schema, compression="lz4", write_statistics=True)


class Background:
    """Writes a stored table in a thread of its own: encoding pages takes as long as checking the next rows."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """`path` and `schema` of the file to be."""
        self._writer = writer(path, schema)
        self._pool = ThreadPoolExecutor(1)
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> Background:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file whatever happened."""
        self._pool.shutdown(cancel_futures=True)
        self._writer.close()

    def write(self, batch: pa.RecordBatch) -> None:
        """Queue a batch; waits when two are under way, so that memory stays bounded."""
        if batch.num_rows:
            self._waiting.append(self._pool.submit(self._writer.write_batch, batch))
        while len(self._waiting) > 2:
            self._waiting.popleft().result()

    def close(self) -> None:
        """Write what is queued and finish the file. Raises what went wrong in the thread."""
        while self._waiting:
            self._waiting.popleft().result()
        self._writer.close()


class Quarantine:
    """The file of a table's refused rows, made only when there is one."""

    def __init__(self, path: Path) -> None:
        """`path` of the file to be."""
        self._path = path
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0

    def __enter__(self) -> Quarantine:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.close()

    def add(self, refused: list[QuarantinedRow], *, sort: bool = False) -> None:
        """Append rows; with `sort`, put the whole file in order of lines afterwards."""
        if not refused:
            return
        rows = pa.Table.from_pydict(
            {name: [getattr(row, name) for row in refused] for name in QUARANTINE_SCHEMA.names}, QUARANTINE_SCHEMA
        )
        self.rows += len(refused)
        if sort and self._writer is not None and self.rows <= _SORTABLE:
            self._writer.close()
            rows = pa.concat_tables([pq.read_table(self._path), rows])
            rows = rows.take(pc.sort_indices(rows, [("line", "ascending")]))
            self._writer = None
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, QUARANTINE_SCHEMA, compression="zstd")
        self._writer.write_table(rows)


def _settle(
    path: Path, candidates: npt.NDArray[np.int64], hashes: Hashes, identities: list[str], clock: str | None
) -> Repeats:
    """Compare rows whose hashes meet, in partitions, each read from the file written so far."""
    found: list[Repeats] = []
    for rows in partitions(candidates, hashes):
        found.append(compare(rows, hashes[rows], _rows_at(path, rows), identities, clock))
    return Repeats(
        np.concatenate([r.repeated for r in found]),
        np.concatenate([r.conflicts for r in found]),
        np.concatenate([r.against for r in found]),
    )


def _rows_at(path: Path, rows: npt.NDArray[np.int64]) -> pa.Table:
    """The rows at the given positions of a file, in the given order."""
    ordered = np.sort(rows)
    parts: list[pa.RecordBatch] = []
    for start, batch in _batches(path):
        inside = ordered[np.searchsorted(ordered, start) : np.searchsorted(ordered, start + batch.num_rows)]
        if len(inside):
            parts.append(batch.take(pa.array(inside - start)))
    return pa.Table.from_batches(parts).take(pa.array(np.searchsorted(ordered, rows)))


def _leave_out(path: Path, schema: pa.Schema, repeats: Repeats) -> None:
    """Write the file again without repeats and conflicts."""
    out = np.sort(np.concatenate([repeats.repeated, repeats.conflicts]))
    if not len(out):
        return
    shorter = path.with_suffix(".shorter")
    with writer(shorter, schema) as file:
        for start, batch in _batches(path):
            inside = out[np.searchsorted(out, start) : np.searchsorted(out, start + batch.num_rows)]
            keep = np.ones(batch.num_rows, np.bool_)
            keep[inside - start] = False
            file.write_batch(batch.filter(pa.array(keep)) if len(inside) else batch)
    shorter.replace(path)


def _batches(path: Path) -> Iterable[tuple[int, pa.RecordBatch]]:
    """Batches of a file, each with the position of its first row."""
    start = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(1 << 18):
            yield start, batch
            start += batch.num_rows


def version_clock(table: Table, present: list[str]) -> str | None:
    """The column by which a version must be later, in tables `in_file_order` whose file has it."""
    return table.clock if table.in_file_order and table.versioned and table.clock in present else None


def conflicts_in_words(table: Table, file: str, repeats: Repeats, lines: npt.NDArray[np.int64]) -> list[QuarantinedRow]:
    """Refusals of rows that carry a key already taken."""
    column = table.column(table.evidence_key[-1])
    reason = Reason(
        "duplicate_key", "same key, other content, no later record time", "主键相同、内容不同，且登记时间不更晚"
    )
    key = ", ".join(table.key)
    told: list[QuarantinedRow] = []
    for line, other in sorted(zip(lines[repeats.conflicts].tolist(), lines[repeats.against].tolist(), strict=True)):
        wanted = f"another {key}, or a {table.clock} of its own" if table.versioned else f"another {key}"
        wanted_zh = f"{key}不重复" + (f"，或{table.clock}不同" if table.versioned else "")
        found = f"the same key as line {other}, with other content"
        told.append(refuse(table, file, line, column, reason, found, (wanted, wanted_zh)))
    return told
