"""`mingbai key`: the keys that seal personal data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import complain, say, table
from service.cli._deployment import wrong_usage

if TYPE_CHECKING:
    from service.work.personal.rotate import Rotated

key = typer.Typer(
    help="Keys that seal personal data. 个人信息加密密钥。",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

KeyFile = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The file MINGBAI_KEY_FILE names.")]


@key.command("make")
def make(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", dir_okay=False, help="Where to write it; default: to stdout.")
    ] = None,
) -> None:
    """Make a new key: into a file only its owner reads, or to stdout for MINGBAI_KEY. 生成密钥。

    A file that is there already is left alone. Keep a copy where the database is not: without the key nothing sealed
    opens again, for anybody.

    \b
    Examples:
      mingbai key make keys/mingbai.key
      MINGBAI_KEY=$(mingbai key make)
    """
    from service.sealing import Seal
    from service.sealing.keys import make_key_file

    if file is None:
        print(Seal.new_key())
        return
    with wrong_usage():
        make_key_file(file)
    say(f"{file}: a new key (mode 600). Set MINGBAI_KEY_FILE={file}, and keep a copy elsewhere")
    say(f"{file}：已生成新密钥（权限 600）。请设置 MINGBAI_KEY_FILE，并另存一份")


@key.command("add")
def add(file: KeyFile) -> None:
    """Put a new key in front of a file's keys: what is sealed from now on has it. 添加新密钥。

    Processes that run take it within seconds. `mingbai key rotate` then seals the rest again.
    """
    from service.sealing.keys import add_key

    with wrong_usage():
        add_key(file)
    say(f"{file}: a new key stands first; go on with `mingbai key rotate`")
    say(f"{file}：新密钥已置于首位；请继续执行 `mingbai key rotate`")


@key.command("rotate")
def rotate(
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Afterwards take the older keys out of MINGBAI_KEY_FILE.")
    ] = False,
) -> None:
    """Seal everything again with the newest key, while the service runs. 更换密钥。

    In small steps: stopped at any point it goes on where it was when begun again. Hashes stay what they are, so that
    rows still join. Exit code 1 where something does not open, or is still sealed with an older key.

    \b
    Examples:
      mingbai key add keys/mingbai.key
      mingbai key rotate --drop-old

    Docs: docs/personal-data.md.
    """
    from service.cli._operator import operator
    from service.running.context import make_context
    from service.settings import Settings
    from service.work.personal import rotate as work

    told: set[str] = set()

    def progress(column: str, done: int) -> None:
        if column not in told:
            told.add(column)
            say(f"{column} ...")

    with wrong_usage():
        context = make_context(Settings.read())
        found, dropped = work.rotate(context, operator(), progress=progress), 0
        _tell(found)
        if drop_old and found.whole:
            say("waiting until every process has taken the newest key ...")
            found, dropped = work.drop_old(context, operator())
    if not found.whole:
        complain(
            f"{sum(found.closed.values()):,} values open with no key of the list, {found.left:,} still have an older "
            "key; no key was dropped. Put the missing key back, or wait a moment, and run it again",
            f"{sum(found.closed.values()):,} 项无法用现有密钥打开，{found.left:,} 项仍用旧密钥；未删除任何密钥",
        )
        raise typer.Exit(1)
    if drop_old:
        say(f"{dropped} older keys dropped; what hashes are made with stays in the file")


def _tell(found: Rotated) -> None:
    """What was sealed again, by column."""
    table(
        "",
        ("column", "sealed again", "does not open"),
        [
            (name, f"{found.values.get(name, 0):,}", f"{found.closed.get(name, 0):,}")
            for name in sorted({*found.values, *found.closed})
        ],
    )
    say(f"{sum(found.values.values()):,} values and {found.files:,} files sealed again")
