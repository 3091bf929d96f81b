"""The folder of loaded tables: what stands in it, what it was made from, and whether it is still up to date."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from features.contract import TABLES
from features.intake.report import IntakeReport, TableReport

MANIFEST: Final = "intake.json"
_FORMAT: Final = "1"
"""Raised when the stored form of equal input changes."""

_SETTLED: Final = 2_000_000_000
"""Nanoseconds; a file touched less than this before it was read could change again without a new time stamp."""


@dataclass(frozen=True, slots=True)
class FileState:
    """What tells a changed file without reading it. The change time (`ctime_ns`) cannot be set back by hand."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> FileState:
        """The state of a file now."""
        stat = path.stat()
        return cls(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)

    def settled_before(self, moment_ns: int) -> bool:
        """Whether the file had been at rest when the clock of the store's file system showed `moment_ns`."""
        return max(self.mtime_ns, self.ctime_ns) < moment_ns - _SETTLED


@dataclass(frozen=True, slots=True)
class Loaded:
    """One stored table: its report, the state and content hash of the file it came from, the size of its store file.

    `settled` is False where the file was so fresh when read that only its content hash can be trusted.
    """

    report: TableReport
    state: FileState
    settled: bool
    content: str
    stored_bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """All stored tables, and the names of files that were ignored."""

    tables: Mapping[str, Loaded]
    ignored_files: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Hash over the content of all tables and the version of the contract: 32 hexadecimal digits."""
        digest = hashlib.blake2b(contract_version().encode(), digest_size=16)
        for name in sorted(self.tables):
            loaded = self.tables[name]
            digest.update(f"{name} {loaded.report.file} {loaded.content}\n".encode())
        return digest.hexdigest()

    def report(self, store: Path, loaded: tuple[str, ...]) -> IntakeReport:
        """The report of a load that left this manifest."""
        return IntakeReport(
            store=store,
            tables={name: self.tables[name].report for name in TABLES if name in self.tables},
            missing_tables=tuple(name for name in TABLES if name not in self.tables),
            ignored_files=self.ignored_files,
            fingerprint=self.fingerprint,
            loaded=loaded,
        )

    def write(self, store: Path) -> None:
        """Write `intake.json`, all or nothing. Keys are sorted, so equal loads give equal files but for file times."""
        report = self.report(store, ())
        text = json.dumps(
            {
                "contract": contract_version(),
                "fingerprint": self.fingerprint,
                "counts": report.counts(),
                "missing_tables": report.missing_tables,
                "ignored_files": self.ignored_files,
                "tables": {name: dataclasses.asdict(loaded) for name, loaded in self.tables.items()},
            },
            ensure_ascii=False,
            indent=1,
            sort_keys=True,
        )
        fresh = store / f".{MANIFEST}.{os.getpid()}"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(store / MANIFEST)


def read_manifest(store: Path) -> Manifest:
    """The manifest of a store; an empty one where there is none, it is unreadable, or the contract has changed."""
    try:
        data = json.loads((store / MANIFEST).read_text(encoding="utf-8"))
        if data["contract"] != contract_version():
            return Manifest({}, ())
        return Manifest({n: _loaded(d) for n, d in data["tables"].items()}, tuple(data["ignored_files"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Manifest({}, ())


def _loaded(data: dict[str, Any]) -> Loaded:
    """One table of `intake.json`."""
    told: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in data["report"].items()}
    return Loaded(
        report=TableReport(**told),
        state=FileState(**data["state"]),
        settled=bool(data["settled"]),
        content=str(data["content"]),
        stored_bytes=int(data["stored_bytes"]),
    )


def is_whole(store: Path, name: str, loaded: Loaded) -> bool:
    """Whether the stored files of a table are there, with the size they had."""
    try:
        whole = (store / f"{name}.parquet").stat().st_size == loaded.stored_bytes
    except OSError:
        return False
    return whole and (not loaded.report.quarantined or (store / "quarantine" / f"{name}.parquet").is_file())


def content_hash(path: Path) -> str:
    """Hash of all bytes of a file: 32 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def contract_version() -> str:
    """Hash of the contract's declarations and of the stored form: a change of either makes every store stale."""
    told = [_FORMAT]
    for table in TABLES.values():
        columns = [(c.name, c.type, c.required, c.values) for c in table.columns]
        told.append(repr((table.name, columns, table.key, table.clock, table.versioned, table.in_file_order)))
    return hashlib.blake2b("\n".join(told).encode(), digest_size=8).hexdigest()
