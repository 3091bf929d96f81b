"""`mingbai trial`: the demo's county in a service of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import say, table, working
from service.cli._deployment import wrong_usage

if TYPE_CHECKING:
    from service.running.trial.make import Trial


def trial(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", file_okay=False, help="Folder of `mingbai demo`; made where there is none.")
    ] = Path("demo"),
    serve: Annotated[bool, typer.Option("--serve/--only-make", help="Serve it afterwards, until Ctrl-C.")] = True,
) -> None:
    """Try the service: the demo's invented county, half a year of its work, one account a role. 试用。

    The first time it hands the county over, scores the last half year's runs each on its day, lets invented people
    work on them, and prints accounts with their passwords, once. Afterwards it only serves. The clock runs behind, at
    the end of the invented history; every page says so. Remove DIR/service to begin anew.

    \b
    Examples:
      mingbai trial
      MINGBAI_PORT=8080 mingbai trial demo
    """
    from service.cli._operator import operator
    from service.running.trial import settings as kept
    from service.running.trial.make import make_trial

    with wrong_usage():
        if kept.read(folder) is None:
            with working() as step:
                if not (folder / "truth.parquet").is_file():
                    from service.work.run_demo import run_demo

                    run_demo(folder, households=3000, seed=7, progress=step)
                made = make_trial(folder, operator(), step)
            _show(made)
        variables = kept.read(folder)
    if serve and variables is not None:
        os.environ.update({name: value for name, value in variables.items() if name not in os.environ})
        from service.cli.serve import serve as run

        run()


def _show(made: Trial) -> None:
    table("", ("name", "password", "role"), [(one.name, word, one.roles[0]) for one, word in made.accounts], left=3)
    say("Passwords are shown this once. 密码仅显示这一次。")
    if made.recipient is not None:
        # Invented: no number of the prefecture 5199 can be a real person's.
        say(f"A recipient signs in at /my: last six {made.recipient.last_six}, name {made.recipient.name}; the code")
        say(f"is in {made.outbox}   群众登录 /my，验证码见该文件")
