"""`mingbai hand-back`: all facts of the service as a folder of tables."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from service.cli._console import say, table, working
from service.cli._deployment import wrong_usage


def hand_back(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder; it will hold personal data in clear.")],
) -> None:
    """Write all facts of the service as a folder of tables, for trainings and evaluations. 导出全部数据表。

    \b
    Example:
      mingbai hand-back facts-2019-07
      mingbai train facts-2019-07 --as-of 2019-07-01
    The running scorer takes up the model that comes into force by itself.
    """
    from service.running.context import make_context
    from service.settings import Settings
    from service.work.hand_back import hand_back as write

    with wrong_usage(), working() as step:
        step("reading facts", 0.0)
        done = write(make_context(Settings.read()), folder, f"command:{getpass.getuser()}")
    table("", ("table", "rows"), [(name, f"{rows:,}") for name, rows in done.rows.items()], left=1)
    say(f"{folder}: personal data in clear, mode 700; remove it when you are done")
