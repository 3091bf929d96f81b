"""Rows as a Parquet file, without holding them all: written to a file that has no name and read back in pieces."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

ROWS = 20_000
PIECE = 1 << 20


def parquet_of(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The bytes of a Parquet file of text, number and null columns; a column's kind is told by its first group."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    source = iter(rows)
    with tempfile.TemporaryFile() as file:
        writer: pq.ParquetWriter | None = None
        schema: pa.Schema | None = None
        while True:
            part = list(islice(source, ROWS))
            if writer is not None and not part:
                break
            columns = [[row[k] for row in part] for k in range(len(header))]
            if schema is None:
                kinds = [
                    pa.float64() if any(isinstance(v, float) for v in values) else pa.string() for values in columns
                ]
                schema = pa.schema(list(zip(header, kinds, strict=True)))
                writer = pq.ParquetWriter(file, schema, compression="zstd")
            arrays = [
                pa.array([v if v is None or kind == pa.float64() else str(v) for v in values], kind)
                for values, kind in zip(columns, schema.types, strict=True)
            ]
            assert writer is not None  # noqa: S101 - made with the schema
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        writer.close()
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece
