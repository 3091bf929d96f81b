"""Back a deployment up while it runs, and put it back.

An archive holds the database, attachments, uploads not read yet, anchors of the log, the record of models, and the
deployment's own policy, retention and holidays. It does not hold the keys: they are kept elsewhere, or whoever finds
the archive finds everything. The order matters: anchors first, so that none vouches for a line the copied database does
not have; the journal of answers before the database they are brought into, so that each is in one of them at least;
files after the database, so that none it speaks of is missing.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from service.running import archive, postgres_tools
from service.running.archive import ArchiveError, Entry, Manifest
from service.running.lock import alone
from service.running.put import put_file, put_folder, staged
from service.settings import Settings
from service.store import Database, dump, migrate
from service.store.dump import DumpError
from service.work.audit.anchor import FILE as ANCHORS
from service.work.audit.verify import Verification, verify
from service.work.context import Context
from service.work.scoring.recover import FILE as JOURNAL
from service.work.scoring.recover import journal_path, recover_if_free

FOLDERS: Final = ("attachments", "spool")
"""Folders under `<home>/service` whose files belong to what the database says."""
Step = Callable[[str], None]


class RestoreRefused(Exception):
    """Why nothing was put back; `str()` says what to do, `chinese` too."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and what a walk over the log found afterwards."""

    manifest: Manifest
    log: Verification


def back_up(context: Context, to: Path, *, portable: bool = False, step: Step = lambda _: None) -> Manifest:
    """Write an archive of a deployment, which may be running; nothing is left where it fails.

    `portable` writes the rows instead of the database's own form: such an archive goes into either kind of database.
    Raises OSError, DumpError, ToolError, SQLAlchemyError.
    """
    settings, database = context.settings, context.database
    tool = None if portable or database.kind == "sqlite" else postgres_tools.find(database)
    form = "sqlite" if database.kind == "sqlite" and not portable else "pg_dump" if tool else "rows"
    about: dict[str, Any] = {
        "made_at": context.clock.now().isoformat(),
        "release": version("mingbai"),
        "database": form,
        "shape": migrate.current(database),
    }
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".mingbai-backup-", dir=to.parent) as folder:
        work = Path(folder)
        anchors = settings.state / ANCHORS
        kept = anchors.read_bytes() if anchors.exists() else None
        step("database")
        journal = journal_path(context)
        if journal is not None and journal.exists():
            _copy_live(journal, work / JOURNAL)
        copied = list(_database_files(database, form, tool, work))
        with archive.written(to, about) as writer:
            for file in copied:
                writer.add(f"database/{file.name}", file)
            if kept is not None:
                writer.add_bytes(f"home/{ANCHORS}", kept)
            if (work / JOURNAL).exists():
                writer.add(f"home/{JOURNAL}", work / JOURNAL)
            step("files")
            for name in FOLDERS:
                _add_folder(writer, settings.state / name, f"home/{name}", work)
            for name, path in _own_files(settings):
                writer.add(name, path)
            step("record of models")
            _add_folder(writer, settings.mlruns, "mlruns", work)
    return Manifest(about, writer.files)


def restore(context: Context, source: Path, *, overwrite: bool = False, step: Step = lambda _: None) -> Restored:
    """Put an archive back into a deployment that does not run, and walk over its log.

    The archive is read and compared as a whole before anything is touched. Raises ArchiveError, RestoreRefused where
    something is there and `overwrite` was not said, DumpError, ToolError, OSError, SQLAlchemyError.
    """
    settings, database = context.settings, context.database
    settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        _not_running(settings),
        tempfile.TemporaryDirectory(prefix=".mingbai-restore-", dir=settings.state) as folder,
    ):
        work = Path(folder)
        step("archive")
        manifest = archive.read(source, work)
        _check_fits(manifest, database)
        if not overwrite:
            _check_empty(settings, database, manifest)
        step("database")
        _put_database(database, manifest, work)
        _put_journal(settings, work)
        step("files")
        for name in FOLDERS:
            if (work / "home" / name).is_dir():
                put_folder(work / "home" / name, settings.state / name)
        own = [("home", ANCHORS, settings.state / ANCHORS), ("home", "holidays.toml", settings.home / "holidays.toml")]
        step("record of models")
        if manifest.under("mlruns"):
            put_folder(work / "mlruns", settings.mlruns)
        for name, path in (("policy.toml", settings.policy), ("retention.toml", settings.retention)):
            if path is not None and (overwrite or not path.exists()):
                own.append(("own", name, path))
        for folder_name, name, path in own:
            if (work / folder_name / name).is_file():
                put_file(work / folder_name / name, path)
        recover_if_free(context, settings.state / JOURNAL)
        step("log")
        return Restored(manifest, verify(context))


def _put_journal(settings: Settings, work: Path) -> None:
    """The archive's journal in the place of whatever is there: its answers are of the database that came with it."""
    place = settings.state / JOURNAL
    for suffix in ("", "-wal", "-shm"):
        Path(f"{place}{suffix}").unlink(missing_ok=True)
    if (work / "home" / JOURNAL).is_file():
        put_file(work / "home" / JOURNAL, place)


def _database_files(database: Database, form: str, tool: postgres_tools.Tools | None, work: Path) -> Iterator[Path]:
    """The database as files in a folder."""
    if form == "sqlite":
        dump.copy_sqlite(database, work / "mingbai.db")
        yield work / "mingbai.db"
    elif form == "pg_dump":
        assert tool is not None  # noqa: S101 - that is what the form means
        tool.dump(database, work / "mingbai.dump")
        yield work / "mingbai.dump"
    else:
        with database.read() as connection:
            for table in dump.tables():
                path = work / f"{table.name}.arrows"
                dump.write_rows(connection, table, path)
                yield path


def _add_folder(writer: archive.Writer, folder: Path, name: str, work: Path) -> None:
    """Every file below a folder; one that goes meanwhile is left out, half-written ones too."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        inside = path.relative_to(folder)
        if not path.is_file() or path.is_symlink() or any(part.startswith(".") for part in inside.parts):
            continue
        copy = work / "copy"
        try:
            if path.suffix == ".db":
                _copy_live(path, copy)
            else:
                # A copy first: what grows or goes while it is read would spoil the archive.
                shutil.copyfile(path, copy)
        except FileNotFoundError:
            continue
        writer.add(f"{name}/{inside.as_posix()}", copy)
        copy.unlink()


def _copy_live(path: Path, to: Path) -> None:
    """A SQLite file of another program (MLflow's) as of one moment."""
    to.unlink(missing_ok=True)
    source, target = sqlite3.connect(path), sqlite3.connect(to)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()


def _own_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """What the deployment decided: policy, retention, holidays."""
    named = (
        ("own/policy.toml", settings.policy),
        ("own/retention.toml", settings.retention),
        ("home/holidays.toml", settings.home / "holidays.toml"),
    )
    for name, path in named:
        if path is not None and path.is_file():
            yield name, path


@contextmanager
def _not_running(settings: Settings) -> Iterator[None]:
    """Keep the service from starting meanwhile. Raises RestoreRefused where it runs."""
    with alone(settings.state / "serve.lock") as free:
        if not free:
            raise RestoreRefused(
                "the service of this home runs: stop it before putting a backup back",
                "该数据目录的服务正在运行：请先停止服务再恢复",
            )
        yield


def _check_fits(manifest: Manifest, database: Database) -> None:
    """Raises RestoreRefused where the archive is for the other kind of database."""
    form = manifest.about.get("database")
    fits = {"sqlite": ("sqlite",), "pg_dump": ("postgresql",), "rows": ("sqlite", "postgresql")}
    if database.kind not in fits.get(str(form), ()):
        raise RestoreRefused(
            f"the archive holds a {form} database, this deployment has {database.kind}: `mingbai backup make "
            "--portable` writes one that goes into both",
            f"备份为 {form}，当前数据库为 {database.kind}：可用 --portable 重新备份",
        )


def _check_empty(settings: Settings, database: Database, manifest: Manifest) -> None:
    """Raises RestoreRefused where something would be lost."""
    there = [] if dump.is_empty(database) else ["the database"]
    there += [str(settings.state / name) for name in FOLDERS if _holds_files(settings.state / name)]
    if manifest.under("mlruns") and _holds_files(settings.mlruns):
        there.append(str(settings.mlruns))
    if there:
        raise RestoreRefused(
            f"there is something already: {', '.join(there)}; --overwrite puts the backup in its place",
            "目标已有数据：如确需覆盖请加 --overwrite",
        )


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(path.is_file() and not path.name.startswith(".") for path in folder.rglob("*"))


def _put_database(database: Database, manifest: Manifest, work: Path) -> None:
    """The archive's database in the place of whatever is there."""
    form, files = manifest.about["database"], work / "database"
    if form == "sqlite":
        copied = files / "mingbai.db"
        dump.check_sqlite(copied)
        if database.path is None:
            raise DumpError("expected a SQLite database in a file")
        database.close()
        with staged(copied, Path(database.path)) as (beside, place):
            # Of the database that goes: it must not be read into the one that comes.
            for suffix in ("-wal", "-shm"):
                Path(f"{database.path}{suffix}").unlink(missing_ok=True)
            os.replace(beside, place)
    elif form == "pg_dump":
        dump.drop_everything(database)
        postgres_tools.find(database, needed=True).restore(database, files / "mingbai.dump")
    else:
        dump.drop_everything(database)
        shape = manifest.about.get("shape")
        migrate.upgrade(database, str(shape) if shape else "head")
        with database.write() as connection:
            for table in dump.tables():
                dump.read_rows(connection, table, files / f"{table.name}.arrows")
            dump.go_on_counting(connection)
    migrate.upgrade(database)


__all__ = ["ArchiveError", "Entry", "Manifest", "RestoreRefused", "Restored", "back_up", "restore"]
