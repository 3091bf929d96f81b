"""`mingbai database`: the shape of the service's tables."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli._console import say
from service.cli._deployment import wrong_usage

database = typer.Typer(
    help="The service's tables: their shape, and how to bring it up to date. 服务数据库。",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@database.command("status")
def status() -> None:
    """Say which shape the tables have and which this release wants. Exit code 1 where they differ. 数据库状态。"""
    from service.running.context import make_context
    from service.settings import Settings
    from service.store import migrate

    with wrong_usage():
        found = make_context(Settings.read()).database
    has, wants = migrate.current(found), migrate.newest()
    print(f"{found.kind}: has {has or 'no tables'}, wants {wants}")
    if has != wants:
        say("run `mingbai database upgrade` (a backup first: `mingbai backup`)")
        raise typer.Exit(1)


@database.command("upgrade")
def upgrade(
    to: Annotated[str, typer.Option(help="A shape to stop at.", metavar="SHAPE")] = "head",
) -> None:
    """Make the tables, or bring them up to what this release wants; all or nothing. 升级数据库。"""
    from service.running.context import make_context
    from service.settings import Settings
    from service.store import migrate

    with wrong_usage():
        found = make_context(Settings.read()).database
        before = migrate.current(found)
        migrate.upgrade(found, to)
    say(f"{found.kind}: {before or 'no tables'} -> {migrate.current(found)}")


@database.command("downgrade")
def downgrade(
    to: Annotated[str, typer.Argument(metavar="SHAPE", help="A shape as `status` names it, or base.")],
    yes: Annotated[bool, typer.Option("--yes", help="What only the newer shape holds is lost: say that you know.")],
) -> None:
    """Bring the tables back to an earlier shape. 回退数据库。"""
    from service.running.context import make_context
    from service.settings import Settings
    from service.store import migrate

    if not yes:
        raise typer.Exit(2)
    with wrong_usage():
        found = make_context(Settings.read()).database
        migrate.downgrade(found, to)
    say(f"{found.kind}: now {migrate.current(found) or 'no tables'}")
