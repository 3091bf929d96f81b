"""Rows of one table as the bytes the database keeps, and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from service.sealing.column import about
from service.store import facts

if TYPE_CHECKING:
    import pyarrow as pa

    from service.work.context import Context

CONTENT: Final = about(facts.FACT_BATCHES.c.content)

FEW: Final = 64
"""Fewer rows than this are not compressed."""


def sealed(context: Context, rows: pa.RecordBatch, *, compressed: bool = True) -> bytes:
    """Rows in canonical types as sealed Arrow IPC, compressed where they are many unless it is for a moment only."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    # A few rows are written many times a second, and to compress them takes longer than all the rest.
    compression = "zstd" if compressed and rows.num_rows >= FEW else None
    with pa.ipc.new_stream(sink, rows.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_batch(rows)
    return context.seal.seal(sink.getvalue().to_pybytes(), CONTENT)


def opened(context: Context, content: bytes) -> pa.Table:
    """Rows out of sealed bytes. Raises SealError when they were changed or their key is gone."""
    import pyarrow as pa

    with pa.ipc.open_stream(pa.BufferReader(context.seal.open(bytes(content), CONTENT))) as reader:
        return reader.read_all()


def read_after(
    context: Context,
    connection: Connection,
    seq: int,
    *,
    tables: Sequence[str] | None = None,
    until: int | None = None,
) -> Iterator[tuple[int, str, pa.Table]]:
    """(seq, table, rows) of every batch behind `seq`, in order of commit; see `store.facts.batches_after`.

    Who follows the facts remembers the last seq and asks again from there: nothing is missed and nothing comes twice.
    """
    for row in facts.batches_after(connection, seq, tables=tables, until=until):
        yield int(row["seq"]), str(row["table_name"]), opened(context, row["content"])
