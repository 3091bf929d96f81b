"""Writes tables county by county, so that memory holds one county at a time."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

CSV_TABLES = ("divisions", "officials", "programs", "program_rates", "payment_runs", "complaints", "authorizations")
"""Small tables handed over as CSV."""


class Writer:
    """Appends to `<table>.parquet` or `<table>.csv` in a folder. Older files of the same tables are replaced."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, int] = {}
        self._open: dict[str, pq.ParquetWriter | pa_csv.CSVWriter] = {}
        self._sinks: list[pa.NativeFile] = []
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for sink in self._open.values():
            sink.close()
        for file in self._sinks:
            file.close()

    def write(self, name: str, table: pa.Table) -> None:
        """Append `table` to the file of that name."""
        if name not in self._open:
            self._open[name] = self._start(name, table.schema)
        self._open[name].write_table(table)
        self.rows[name] = self.rows.get(name, 0) + table.num_rows

    def leave_out(self, name: str) -> None:
        """Remove older files of a table that is not written."""
        for suffix in ("csv", "parquet"):
            (self.folder / f"{name}.{suffix}").unlink(missing_ok=True)

    def _start(self, name: str, schema: pa.Schema) -> pq.ParquetWriter | pa_csv.CSVWriter:
        as_csv = name in CSV_TABLES
        self.leave_out(name)
        if not as_csv:
            return pq.ParquetWriter(self.folder / f"{name}.parquet", schema, compression="zstd")
        file = pa.OSFile(str(self.folder / f"{name}.csv"), "wb")
        self._sinks.append(file)
        return pa_csv.CSVWriter(
            file, schema, write_options=pa_csv.WriteOptions(include_header=True, quoting_style="needed")
        )
