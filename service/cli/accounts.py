"""`mingbai accounts`: the first administrator, a way back in, who there is, and a trial's accounts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import say, table
from service.cli._deployment import wrong_usage

if TYPE_CHECKING:
    from service.work.context import Context

accounts = typer.Typer(
    help="Accounts of the service, from the machine it runs on. 服务账户。",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name to sign in with.")]


@accounts.command("first-admin")
def first_admin(
    name: Name,
    another: Annotated[
        bool, typer.Option("--another", help="Make one although there is an administrator already.")
    ] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input, one line.")
    ] = False,
) -> None:
    """Make the first administrator. 创建首名管理员。

    There is no default password: a temporary one is printed once, good for 72 hours, and must be changed at the first
    sign-in. With --password-stdin the one given counts instead; no password is ever taken from the command line, where
    others on the machine could read it.

    \b
    Examples:
      mingbai accounts first-admin li.na
      mingbai accounts first-admin li.na --password-stdin < secret.txt
    """
    from service.cli._operator import operator
    from service.work.access.from_the_machine import first_administrator

    given = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with _deployment() as context:
        account, temporary = first_administrator(context, name, operator(), password=given, another=another)
    say(f"{account.name}: administrator, account {account.account_id}")
    _show(temporary)


@accounts.command("reset")
def reset(
    name: Name,
    codes: Annotated[bool, typer.Option("--codes", help="Also take one-time codes off: the device is lost.")] = False,
    reopen: Annotated[bool, typer.Option("--reopen", help="Also open the account again, if it was closed.")] = False,
    keep_password: Annotated[
        bool, typer.Option("--keep-password", help="Leave the password as it is (with --codes or --reopen).")
    ] = False,
) -> None:
    """Let somebody in again: a temporary password, printed once; sessions end. 重置账户。

    \b
    Examples:
      mingbai accounts reset li.na
      mingbai accounts reset li.na --codes --keep-password
    """
    from service.cli._operator import operator
    from service.work.access.from_the_machine import reset_account
    from service.work.errors import WrongUsageError

    if keep_password and not (codes or reopen):
        raise WrongUsageError(
            "--keep-password alone changes nothing: add --codes or --reopen", "仅 --keep-password 无任何效果"
        )
    with _deployment() as context:
        done = reset_account(context, name, operator(), password=not keep_password, codes=codes, reopen=reopen)
    say(f"{done.account.name}: {'open' if done.account.open else 'closed (--reopen opens it)'}")
    _show(done.password)


@accounts.command("list")
def list_accounts() -> None:
    """List accounts: roles, divisions, how they sign in. No password, no number of a person. 账户清单。"""
    from service.work.access.from_the_machine import all_accounts

    with _deployment() as context:
        found = all_accounts(context)
    rows = [
        (
            str(one.account_id),
            one.name,
            "open" if one.open else "closed",
            ", ".join(one.roles),
            ", ".join(one.divisions),
            _ways(one.password is not None, one.totp_on, one.subject is not None),
            one.made_by,
            one.made_at.isoformat()[:10],
        )
        for one in found
    ]
    columns = ("number", "name", "state", "roles", "divisions", "signs in by", "made by", "made on")
    table("", columns, rows, left=len(columns))


@accounts.command("demo")
def demo() -> None:
    """One account a role with random passwords, printed once: for a trial with invented data. 试用账户。

    Refused where there is any account: a real deployment begins with `first-admin`.
    """
    from service.cli._operator import operator
    from service.work.access.from_the_machine import trial_accounts

    with _deployment() as context:
        made = trial_accounts(context, operator())
    table("", ("name", "password", "role"), [(one.name, password, one.roles[0]) for one, password in made], left=3)
    say("shown once: keep them, or `mingbai accounts reset NAME`")
    say("仅显示一次，请保存；遗失可用 mingbai accounts reset 重置")


@contextmanager
def _deployment() -> Iterator[Context]:
    """The deployment's context, its tables made where there are none."""
    from service.running.prepare import prepare
    from service.settings import Settings

    with wrong_usage():
        context = prepare(Settings.read())
        try:
            yield context
        finally:
            context.database.close()


def _show(temporary: str | None) -> None:
    """A temporary password to stdout, where it can be piped on, and what to do with it beside."""
    if temporary is None:
        return
    print(temporary)
    say("temporary password, shown once, good for 72 hours; it must be changed at the first sign-in")
    say("临时密码仅显示一次，72 小时内有效，首次登录后须更改")


def _ways(password: bool, codes: bool, linked: bool) -> str:
    ways = [
        *(["password" + (" and code" if codes else "")] if password else []),
        *(["OpenID Connect"] if linked else []),
    ]
    return ", ".join(ways) or "-"
