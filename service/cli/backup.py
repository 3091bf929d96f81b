"""`mingbai backup`: one file that holds a deployment, made while it runs; compared; put back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from service.cli._console import say
from service.cli._deployment import wrong_usage

backup = typer.Typer(
    help="One file that holds a deployment: make it, compare it, put it back. 备份与恢复。",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
File = Annotated[Path, typer.Argument(metavar="FILE", help="The archive.")]


@backup.command("make")
def make(
    file: File,
    portable: Annotated[
        bool, typer.Option("--portable", help="Rows instead of the database's own form: goes into either kind.")
    ] = False,
) -> None:
    """Write everything a deployment is into FILE, while it runs: database, attachments, anchors, models. 备份。

    The keys are not in it: keep them elsewhere. Nobody but its owner can read the file.

    \b
    Examples:
      mingbai backup make /backups/mingbai-2019-07-01.tar.zst
    """
    from service.running.backup import back_up
    from service.running.context import make_context
    from service.settings import Settings
    from service.work.errors import WrongUsageError

    if file.exists():
        raise WrongUsageError(f"{file} is there already; a backup is never written over", f"{file} 已存在")
    with wrong_usage(), _told():
        found = back_up(make_context(Settings.read()), file, portable=portable, step=lambda what: say(f"{what} ..."))
    print(f"{file}: {len(found.files)} files, {sum(one.size for one in found.files)} bytes before compression")


@backup.command("verify")
def verify(file: File) -> None:
    """Read FILE as a whole and compare every file in it with its hash. Exit code 1 where one differs. 校验备份。"""
    from service.running.archive import read

    with _told():
        found = read(file)
    about = found.about
    print(f"{file}: whole; made {about['made_at']} by {about['release']}, {about['database']}, shape {about['shape']}")


@backup.command("restore")
def restore(
    file: File,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Put it in the place of what is there.")] = False,
) -> None:
    """Put FILE back into this deployment, which must not run, and walk over its log. 恢复。

    FILE is compared as a whole before anything is touched. Exit code 1 where the log is not as it was written.

    \b
    Examples:
      mingbai backup restore /backups/mingbai-2019-07-01.tar.zst
    """
    from service.running import backup as running
    from service.running.context import make_context
    from service.settings import Settings

    with wrong_usage(), _told():
        context = make_context(Settings.read())
        done = running.restore(context, file, overwrite=overwrite, step=lambda what: say(f"{what} ..."))
    print(f"{file}: put back {len(done.manifest.files)} files; the log has {done.log.lines} lines")
    if not done.log.sound:
        say(f"mingbai: the log is not as it was written ({done.log.broken} findings): mingbai audit verify")
        raise typer.Exit(1)


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong with an archive, as a message."""
    from service.running.archive import ArchiveError
    from service.running.backup import RestoreRefused
    from service.running.postgres_tools import ToolError
    from service.store.dump import DumpError
    from service.work.errors import UnusableDataError, WrongUsageError

    try:
        yield
    except RestoreRefused as error:
        raise WrongUsageError(str(error), error.chinese) from error
    except ArchiveError as error:
        raise UnusableDataError(str(error), "备份文件不完整或已被改动") from error
    except (DumpError, ToolError) as error:
        raise UnusableDataError(str(error), "数据库备份或恢复失败") from error
