"""`mingbai simulate`: an invented county in the contract's tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli._console import say, table, working


def simulate(
    out: Annotated[Path, typer.Argument(metavar="OUT", file_okay=False, help="Folder to write; truth lies beside it.")],
    households: Annotated[int, typer.Option(metavar="N", help="Households, 200 to 1,000,000.")] = 3000,
    seed: Annotated[int, typer.Option(metavar="S", help="The same seed gives the same bytes.")] = 1,
    months: Annotated[int, typer.Option(metavar="M", help="Months from January 2017 on, 3 to 120.")] = 36,
    profile: Annotated[str, typer.Option(help="Kind of county, see the simulator's README.")] = "standard",
) -> None:
    """Write an invented county: every typology acted out, honest look-alikes, partial findings. 模拟县域。

    Writes the contract's tables into OUT and truth.parquet beside it: give each county a parent folder of its own.
    Everybody is made up; identity numbers lie in the unassigned prefecture 5199.

    \b
    Examples:
      mingbai simulate try/county --households 3000 --seed 7 --months 36
      mingbai check try/county
    """
    from service.work.errors import WrongUsageError
    from service.work.invent_county import invent_county

    if households < 1 or months < 1:
        raise WrongUsageError("--households and --months must be positive", "--households 和 --months 必须为正数")
    with working() as step:
        found = invent_county(out, households=households, seed=seed, months=months, profile=profile, progress=step)
    table("", ("table", "rows"), [(name, f"{rows:,}") for name, rows in found.rows.items()])
    say(f"{found.irregular:,} irregular payments in {found.rings:,} rings, {found.look_alikes:,} honest look-alikes")
    say(f"tables in {found.folder}, truth in {found.truth}")
