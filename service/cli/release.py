"""`mingbai release` and `mingbai rollback`: a challenger's way into force, by two people, and the way back by one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import loading, say, table, working
from service.cli._options import HOME, Data, Home, PolicyFile
from service.cli._told import tell_load

if TYPE_CHECKING:
    from models.release.gate import GateReport
    from models.release.items import Item

Number = Annotated[
    str, typer.Argument(metavar="NUMBER", help="The model's number on record; `mingbai models` lists them.")
]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why, in a sentence others can check.")]
Accept = Annotated[
    list[str] | None,
    typer.Option(
        "--accept", metavar="ITEM",
        help="An item the gate cannot tell of and you take upon yourself; repeat for more. Both people must name it.",
    ),
]  # fmt: skip

release = typer.Typer(
    help="Put a challenger in force: compare, propose, approve (somebody else), verify the record. 模型上线。",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@release.command("compare", short_help="Put a challenger through the gate. 与现役模型对比")
def compare(
    data: Data,
    number: Number,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="T", help="Look with what was known by T. Default: with all that is known."),
    ] = None,
    minority: Annotated[
        str | None, typer.Option(metavar="CODE,...", help="Division codes of minority counties begin with these.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Also write the report here: .md, else JSON.")
    ] = None,
    policy: PolicyFile = None,
    home: Home = HOME,
) -> None:
    """Compare a challenger with the champion on the same payments, item by item. 与现役模型对比。

    On what both scored in shadow, else on what was submitted after both were trained: precision within capacity,
    average precision, calibration on the random sample, error rates by group, stability of the top, time. Each item
    passed, failed, or cannot be told for want of findings. The report goes on record; tolerances are the policy's
    [gate].

    \b
    Example:
      mingbai release compare county/ 2
    """
    from service.work.moments import moment_of
    from service.work.open_data import open_data
    from service.work.read_policy import read_policy
    from service.work.release_model import compare_models

    rules = read_policy(policy)
    until = moment_of(as_of, rules.utc_offset_hours) if as_of is not None else None
    with working() as step:
        opened = open_data(data, home, rules, loading(step))
        named = tuple(minority.split(",")) if minority else ()
        found = compare_models(opened, number, rules, until, step, minority=named)
    tell_load(opened.report)
    print_gate(found.report)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(found.markdown if out.suffix == ".md" else found.report.to_json(), encoding="utf-8")
        say(f"report written to {out}")


@release.command("propose", short_help="Ask for a release. 提出上线")
def propose(number: Number, by: By, why: Why, accept: Accept = None) -> None:
    """Propose to put a model in force, on its newest comparison with the champion. 提出上线。

    Refused where the gate failed, where the report is about other models or older than newer findings, and where it
    cannot tell of an item nobody accepts by name.

    \b
    Example:
      mingbai release propose 2 --by "Wang Fang" --why "finds what the first one missed in May" --accept calibration
    """
    from service.work.release_model import propose_release

    report = propose_release(number, by, why, tuple(accept or ()))
    say(f"proposed on gate report {report.digest[:16]}; somebody else must approve: mingbai release approve {number}")


@release.command("approve", short_help="Approve what somebody else proposed. 复核上线")
def approve(number: Number, by: By, why: Why, accept: Accept = None) -> None:
    """Approve a release somebody else proposed; the model is in force from here on. 复核上线。

    \b
    Example:
      mingbai release approve 2 --by "Li Ming" --why "read the gate's report" --accept calibration
    """
    from service.work.release_model import approve_release

    report = approve_release(number, by, why, tuple(accept or ()))
    say(f"model {number} is in force; back again: mingbai rollback --by NAME --why TEXT")
    say(f"it took the place of {report.champion.number} ({report.champion.version})")


@release.command("verify", short_help="Is the record whole. 校验记录")
def verify(
    mend: Annotated[
        bool, typer.Option("--mend", help="First make pointer and aliases say what the book of releases says.")
    ] = False,
) -> None:
    """Check the record: the book's chain, the models' files, the reports, pointer and aliases. 校验记录。

    Exit code 1 where something is wrong.

    \b
    Example:
      mingbai release verify
    """
    from service.work.release_model import verify_record

    found = verify_record(mend=mend)
    for problem in found:
        say(problem)
    if found:
        raise typer.Exit(1)
    print("the record is whole")


def rollback(
    by: By,
    why: Why,
    lineage: Annotated[
        str | None, typer.Option(metavar="ID", help="For which county's data, where the record holds several.")
    ] = None,
) -> None:
    """Go back to the champion before. One person is enough: it only ever takes the last release away. 回退模型。

    Below the first model lies the one shipped with mingbai. To come forward again takes a release by two people.

    \b
    Example:
      mingbai rollback --by "Li Ming" --why "flags whole villages after the merger"
    """
    from service.work.release_model import go_back

    number = go_back(by, why, lineage)
    say("the shipped model is in force again" if number == "prior" else f"model {number} is in force again")


def print_gate(report: GateReport) -> None:
    """The gate's items as a table, and why each says what it says."""
    from models.release.items import TITLES

    title = f"Gate: model {report.challenger.number} against {report.champion.number}, {report.said}"
    columns = ("item", "项目", "champion", "challenger", "difference", "allowed", "said")
    rows = [(item.name, TITLES[item.name][1], *_cells(item), item.said) for item in report.items]
    table(title, columns, rows, left=2)
    for item in report.items:
        say(f"{item.name}: {item.why}")
    named = {"shadow": "both scored in shadow", "after both": "submitted after both were trained"}
    counts = ", ".join(f"{value:,} {name}" for name, value in report.counts.items())
    say(f"payments {named[report.source]}, {report.first or '-'} to {report.last or '-'}: {counts}")


def _cells(item: Item) -> tuple[str, str, str, str]:
    apart = item.difference
    told = "-" if apart.value is None else f"{apart.value:.3f}"
    if apart.low is not None and apart.high is not None:
        told += f" ({apart.low:.3f} to {apart.high:.3f})"
    figures = ["-" if value is None else f"{value:.3f}" for value in (item.champion, item.challenger)]
    return figures[0], figures[1], told, "-" if item.tolerance is None else f"{item.tolerance:g}"
