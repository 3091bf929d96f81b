"""What a load did: counts by table, and the rows it could not take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.intake.errors import ConservationError

QUARANTINE_SCHEMA = pa.schema(
    [
        ("table", pa.string()),
        ("file", pa.string()),
        ("line", pa.int64()),
        ("column", pa.string()),
        ("reason", pa.string()),
        ("found", pa.string()),
        ("expected", pa.string()),
        ("reason_zh", pa.string()),
        ("expected_zh", pa.string()),
    ]
)
"""Columns of a quarantine file; `line` is the physical line where the record starts (Parquet: the row, from 1)."""


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """One row that was not taken.

    `column` is empty where the row as a whole is at fault. `reason` starts with its code (`bad_type`, `bad_enum`,
    `missing`, `duplicate_key`, `bad_encoding`, `bad_fields`); `found` is masked where it may be personal data.
    """

    table: str
    file: str
    line: int
    column: str
    reason: str
    found: str
    expected: str
    reason_zh: str
    expected_zh: str

    @property
    def code(self) -> str:
        """The part of `reason` before the colon."""
        return self.reason.partition(":")[0]


@dataclass(frozen=True, slots=True)
class TableReport:
    """Counts of one table.

    `rows_in` = `accepted` + `quarantined`, always. `repeated` of the accepted rows stood in the file already and were
    not written again, so `stored` = `accepted` - `repeated`. `missing_columns` are optional columns the file lacks,
    `ignored_columns` columns the contract does not know, `notes` what was odd but harmless.
    """

    table: str
    file: str
    rows_in: int
    accepted: int
    quarantined: int
    repeated: int
    missing_columns: tuple[str, ...] = ()
    ignored_columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Conservation: raises ConservationError when a row was lost or invented."""
        if self.rows_in != self.accepted + self.quarantined or not 0 <= self.repeated <= self.accepted:
            raise ConservationError(
                f"{self.table}: {self.rows_in} rows in, {self.accepted} accepted, {self.quarantined} quarantined, "
                f"{self.repeated} repeated"
            )

    @property
    def stored(self) -> int:
        """Rows in the stored table."""
        return self.accepted - self.repeated


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """The outcome of a load.

    `tables` holds a report for every table the folder has, in contract order; `missing_tables` the optional ones it
    lacks; `ignored_files` names of files that are no table of the contract. `fingerprint` changes with any byte of
    any table. `loaded` names the tables that were read this time, the others were up to date.
    """

    store: Path
    tables: Mapping[str, TableReport]
    missing_tables: tuple[str, ...]
    ignored_files: tuple[str, ...]
    fingerprint: str
    loaded: tuple[str, ...]

    @property
    def rows_in(self) -> int:
        """Rows read, all tables together."""
        return sum(t.rows_in for t in self.tables.values())

    @property
    def accepted(self) -> int:
        """Rows accepted, all tables together."""
        return sum(t.accepted for t in self.tables.values())

    @property
    def quarantined(self) -> int:
        """Rows quarantined, all tables together."""
        return sum(t.quarantined for t in self.tables.values())

    def counts(self) -> dict[str, dict[str, int]]:
        """`{table: {accepted, quarantined}}`, the form of `mingbai check --json`."""
        return {n: {"accepted": t.accepted, "quarantined": t.quarantined} for n, t in self.tables.items()}

    def quarantine_batches(self) -> Iterator[pa.RecordBatch]:
        """The quarantined rows as Arrow batches of `QUARANTINE_SCHEMA`, table by table in contract order."""
        for name, table in self.tables.items():
            if table.quarantined:
                with pq.ParquetFile(self.store / "quarantine" / f"{name}.parquet") as file:
                    yield from file.iter_batches()

    def quarantine(self) -> Iterator[QuarantinedRow]:
        """The quarantined rows one by one, table by table in contract order."""
        for batch in self.quarantine_batches():
            for row in batch.to_pylist():
                yield QuarantinedRow(**row)

    def write_quarantine(self, path: Path) -> int:
        """Write all quarantined rows to `path`, a `.parquet` or `.csv` file; returns how many.

        Raises ValueError on another ending.
        """
        if path.suffix not in {".csv", ".parquet"}:
            raise ValueError(f"{path.name}: a quarantine file ends in .csv or .parquet")
        rows = 0
        if path.suffix == ".parquet":
            with pq.ParquetWriter(path, QUARANTINE_SCHEMA) as writer:
                for batch in self.quarantine_batches():
                    writer.write_batch(batch)
                    rows += batch.num_rows
            return rows
        import pyarrow.csv as pcsv

        with pcsv.CSVWriter(str(path), QUARANTINE_SCHEMA) as csv_writer:
            for batch in self.quarantine_batches():
                csv_writer.write_batch(batch)
                rows += batch.num_rows
        return rows
