"""`mingbai groups`: whom alerts and false alarms fall on, in full and for the public."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import loading, say, table, working
from service.cli._options import HOME, AsOf, Data, Home, Model, PolicyFile
from service.cli._told import tell_load, tell_model

if TYPE_CHECKING:
    from models.fairness.report import GroupReport


def groups(
    data: Data,
    as_of: AsOf,
    out: Annotated[Path, typer.Option(metavar="DIR", file_okay=False, help="Folder for both reports.")],
    truth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Truth: payments from T on are measured."),
    ] = None,
    days: Annotated[
        int, typer.Option(metavar="DAYS", min=1, help="Without truth: payments of this many days before T.")
    ] = 365,
    minority: Annotated[
        str | None, typer.Option(metavar="CODE,...", help="Division codes of minority counties begin with these.")
    ] = None,
    proxies: Annotated[
        bool, typer.Option("--proxies/--no-proxies", help="Whether to try if features can tell a group.")
    ] = True,
    swap: Annotated[
        bool, typer.Option("--swap", help="Score again with sex, surnames and phones changed (in memory).")
    ] = False,
    parity: Annotated[bool, typer.Option("--parity", help="Also compare what equal rates would cost.")] = False,
    matches: Annotated[
        Path | None,
        typer.Option(
            "--matches", metavar="FILE", exists=True, dir_okay=False, help="Matches made as of T: link rates."
        ),
    ] = None,
    matches_truth: Annotated[
        Path | None,
        typer.Option("--matches-truth", metavar="FILE", exists=True, dir_okay=False, help="Who each row really means."),
    ] = None,
    model: Model = None,
    policy: PolicyFile = None,
    home: Home = HOME,
) -> None:
    """Rates by sex, age, phone, household, village and place, with intervals; what causes differences. 群体差异。

    With --truth a model is trained as of T (unless --model names one) and payments from T on are measured. Without,
    the model in force is measured on the days before T by findings known at T: on the random sample where it is large
    enough, else on what was looked at, and the report says which.

    \b
    Examples:
      mingbai groups county/ --as-of 2019-07-01 --truth truth.parquet --out groups/
      mingbai groups county/ --as-of 2020-01-01 --swap --out groups/
      mingbai groups county/ --as-of 2020-01-01 --matches matches.parquet --out groups/

    Writes groups.html, .md, .json and groups-public.*, the latter without small counts and places: docs/groups.md.
    """
    from service.work.choose_model import check_model, choose_model
    from service.work.evaluate_data import read_truth
    from service.work.group_report import Asked, payments_after, payments_of_days, report_groups, write_reports
    from service.work.moments import moment_of
    from service.work.open_data import open_data
    from service.work.read_policy import read_policy
    from service.work.train_model import train_model

    rules = read_policy(policy)
    as_of_us = moment_of(as_of, rules.utc_offset_hours)
    known = read_truth(truth) if truth is not None else None
    check_model(model)
    asked = Asked(tuple(minority.split(",")) if minority else (), proxies, swap, parity, matches, matches_truth)
    with working() as step:
        opened = open_data(data, home, rules, loading(step))
        if known is not None:
            payments = payments_after(opened, as_of_us, None)
        else:
            payments = payments_of_days(opened, as_of_us, days)
        chosen = choose_model(model, opened.ledger) if model is not None or known is None else None
        bundle = chosen.bundle if chosen is not None else train_model(opened, rules, as_of_us, step).in_force
        report = report_groups(opened, bundle, rules, payments, as_of_us, known, asked, step)
    tell_load(opened.report)
    if chosen is not None:
        tell_model(chosen, opened.ledger, int(payments.at.min()))
    for path in write_reports(report, out, int(rules["groups.public_count_at_least"])):
        say(f"written: {path}")
    _show(report)


def _show(report: GroupReport) -> None:
    """The rates of honest payments above the line, group by group."""
    rows = []
    for name, found in report.rates.by.items():
        for label, group in found.items():
            wrong = group.false_positive
            share = "-" if wrong.share is None else f"{wrong.share:.2%}"
            ratio = "-" if group.ratio is None else f"{group.ratio:.2f}"
            rows.append(
                (name, label, f"{wrong.hits:,}", f"{wrong.rows:,}", f"{wrong.people:,}", share, ratio, group.held)
            )
    title = f"Honest payments above the line, {report.first} to {report.last} (from: {report.rates.source})"
    table(title, ("grouping", "group", "flagged", "of", "people", "rate", "ratio", "bound"), rows, left=2)
    for note in report.notes:
        say(note)
