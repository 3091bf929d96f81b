"""`mingbai demo`: everything once, on an invented county."""

from __future__ import annotations

from json import loads
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import masked, stdout, working
from service.cli.cases import print_cases

if TYPE_CHECKING:
    from service.work.run_demo import Demo

SHOWN = 5
REASONS = 3


def demo(
    households: Annotated[int, typer.Option(metavar="N", min=200, help="Households of the invented county.")] = 3000,
    out: Annotated[Path, typer.Option(metavar="DIR", file_okay=False, help="Folder for everything it makes.")] = Path(
        "demo"
    ),
    seed: Annotated[int, typer.Option(metavar="S", help="Another seed is another county.")] = 7,
) -> None:
    """Invent a county, train, score its last months, show the first cases and the truth about them. 演示。

    Needs no data. Everything lands in one folder, the record of models too; nothing else is touched.

    \b
    Examples:
      mingbai demo
      mingbai demo --households 400 --out try/
    """
    from service.work.run_demo import run_demo

    with working() as step:
        made = run_demo(out, households=households, seed=seed, progress=step)
    _show(made)


def _show(made: Demo) -> None:
    console = stdout()
    console.print(
        f"An invented county: {made.county.rows['disbursements']:,} payments, {made.county.irregular:,} of them "
        f"irregular, {made.county.look_alikes:,} honest look-alikes. Trained as of {made.as_of}; scored "
        f"{made.scores.num_rows:,} payments submitted from {made.as_of} to {made.last}, each as of its own submission."
    )
    print_cases(made.cases, SHOWN)
    reasons = dict(
        zip(made.scores.column("disbursement_id").to_pylist(), made.scores.column("reasons").to_pylist(), strict=True)
    )
    console.print("Why, for the leading payment of each case 主要原因")
    for case in made.cases.slice(0, SHOWN).to_pylist():
        members = loads(case["members"])
        console.print(f"case {case['rank']}, payment {members[0]}")
        for reason in loads(reasons.get(members[0], "[]"))[:REASONS]:
            console.print(f"  {reason['code']}  {reason['text_en']}")
            console.print(f"    {reason['text_zh']}")
            console.print(f"    evidence: {masked(', '.join(reason['evidence'][:4]))}")
    console.print("\nAgainst the truth, which the product never reads")
    made.report.show(console, short=True)
    console.print("\nFiles")
    for what, path in made.files.items():
        console.print(f"  {path}  {what}")
    console.print("\nThe same county in a service, with accounts to sign in: make serve, or mingbai trial 试用服务")
    console.print(f"  mingbai trial {made.folder}")
