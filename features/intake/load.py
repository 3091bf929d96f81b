"""Load a folder of tables into a store: every row checked, the good ones typed, the others set aside and counted."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import duckdb

from features.contract import TABLES
from features.intake._chunk import Source
from features.intake._folder import Folder, look, open_source
from features.intake._store import MANIFEST, FileState, Loaded, Manifest, content_hash, is_whole, read_manifest
from features.intake._table import load_table
from features.intake.errors import IntakeError
from features.intake.report import IntakeReport

Progress = Callable[[str, int, int], None]
"""Called as work goes on with the table's name, the bytes read so far and the bytes to read, all tables together."""


def load(folder: Path, store: Path, *, progress: Progress | None = None) -> IntakeReport:
    """Load every table of `folder` into `store`.

    Only tables whose file has changed are read again, and the result is the same as if all had been. What cannot be
    loaded at all (a required table or column is missing, a file is neither CSV nor Parquet) raises IntakeError and
    leaves the store as it was.
    """
    try:
        return _load(folder, store, progress)
    except OSError as error:
        told = error.strerror or type(error).__name__
        raise IntakeError(
            Path(str(error.filename or folder)),
            (f"the file system's answer: {told}", f"文件系统返回：{told}"),
            ("files that can be read, and a store that can be written", "文件可读，存储目录可写"),
            ("Check permissions, free space and the path", "请检查权限、剩余空间和路径"),
        ) from error


def _load(folder: Path, store: Path, progress: Progress | None) -> IntakeReport:
    """The load itself; OSError may escape."""
    found = look(folder)
    before = read_manifest(store)
    kept = {name: loaded for name, path in found.files.items() if (loaded := _unchanged(store, before, name, path))}
    if len(kept) == len(found.files) == len(before.tables):
        after = Manifest({name: kept[name] for name in found.files}, found.ignored)
        if after != before:
            after.write(store)
        return after.report(store, ())
    states = {name: FileState.of(path) for name, path in found.files.items() if name not in kept}
    sources = {name: open_source(name, found.files[name]) for name in states}
    store.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".loading-", dir=store))
    try:
        started_ns = work.stat().st_mtime_ns
        fresh = _read(sources, states, work, started_ns, progress)
        after = Manifest({name: kept.get(name) or fresh[name] for name in found.files}, found.ignored)
        _publish(work, store, found, fresh)
        after.write(store)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return after.report(store, tuple(fresh))


def _unchanged(store: Path, before: Manifest, name: str, path: Path) -> Loaded | None:
    """The stored table, if its file cannot have changed since; read byte by byte only where its times leave doubt."""
    loaded = before.tables.get(name)
    if loaded is None or loaded.report.file != path.name or not is_whole(store, name, loaded):
        return None
    state = FileState.of(path)
    if loaded.settled and state == loaded.state:
        return loaded
    if state.size != loaded.state.size or content_hash(path) != loaded.content:
        return None
    return Loaded(loaded.report, state, _settled(store, state), loaded.content, loaded.stored_bytes)


def _settled(store: Path, state: FileState) -> bool:
    """Whether a file that has just been read had been at rest, by the clock of the store's file system."""
    with tempfile.NamedTemporaryFile(dir=store, prefix=".clock-") as marker:
        return state.settled_before(os.stat(marker.name).st_mtime_ns)


def _read(
    sources: dict[str, Source],
    states: dict[str, FileState],
    work: Path,
    started_ns: int,
    progress: Progress | None,
) -> dict[str, Loaded]:
    """Load the given tables into the folder `work`; their bytes are hashed beside it."""
    total = sum(state.size for state in states.values())
    done = 0
    (work / "quarantine").mkdir()
    loaded: dict[str, Loaded] = {}
    with ThreadPoolExecutor(1) as pool, duckdb.connect(config={"threads": 2}) as connection:
        hashes: dict[str, Future[str]] = {n: pool.submit(content_hash, s.path) for n, s in sources.items()}
        try:
            for name, source in sources.items():
                base = done

                def advance(at: int, name: str = name, base: int = base) -> None:
                    if progress is not None:
                        progress(name, base + at, total)

                report = load_table(source, work, connection, advance)
                content = hashes[name].result()
                if FileState.of(source.path) != states[name]:
                    raise _changed(source.path)
                done += states[name].size
                stored = (work / f"{name}.parquet").stat().st_size
                loaded[name] = Loaded(report, states[name], states[name].settled_before(started_ns), content, stored)
        finally:
            for waiting in hashes.values():
                waiting.cancel()
    return loaded


def _publish(work: Path, store: Path, found: Folder, fresh: dict[str, Loaded]) -> None:
    """Move new files into place and drop those of tables that are gone. Until the manifest is written again, the
    store counts as empty: whatever interrupts this, the next load repairs it."""
    (store / MANIFEST).unlink(missing_ok=True)
    (store / "quarantine").mkdir(exist_ok=True)
    for name in TABLES:
        if name in fresh:
            (work / f"{name}.parquet").replace(store / f"{name}.parquet")
        elif name not in found.files:
            (store / f"{name}.parquet").unlink(missing_ok=True)
        refused = work / "quarantine" / f"{name}.parquet"
        if refused.exists():
            refused.replace(store / "quarantine" / f"{name}.parquet")
        elif name in fresh or name not in found.files:
            (store / "quarantine" / f"{name}.parquet").unlink(missing_ok=True)


def _changed(path: Path) -> IntakeError:
    """The file was written to during the load."""
    return IntakeError(
        path,
        ("a file that changed while it was read", "读取过程中文件发生变化"),
        ("files at rest", "静止的文件"),
        ("Load again when the copy is complete", "请待复制完成后重新加载"),
    )
