"""`mingbai drift`: what changed since the model learned, as alarms and metrics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import loading, say, table, working
from service.cli._options import HOME, AsOf, Data, Home, Json, Model, PolicyFile
from service.cli._told import tell_load, tell_model

if TYPE_CHECKING:
    from models.drift.watch import Watch


def drift(
    data: Data,
    as_of: AsOf,
    days: Annotated[
        int, typer.Option(metavar="DAYS", min=1, help="Payments submitted in this many days before T.")
    ] = 30,
    json: Json = None,
    metrics: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write Prometheus metrics (for a textfile collector).")
    ] = None,
    calendar: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, help="TOML with [[break]] tables: `on` (a date) and `what`."
        ),
    ] = None,
    model: Model = None,
    policy: PolicyFile = None,
    home: Home = HOME,
) -> None:
    """Compare a period with what the model learned from: features, scores, hits of rules, tables, findings. 漂移监测。

    An alarm that a known break may explain (merged divisions, new cards, new rates, what --calendar says) is kept and
    marked `info`. Alarms are no errors: the exit code is 0 with them and without.

    \b
    Examples:
      mingbai drift county/ --as-of 2019-08-01
      mingbai drift county/ --as-of 2019-08-01 --days 90 --json drift.json --metrics mingbai.prom
    """
    from service.work.choose_model import check_model, choose_model
    from service.work.moments import moment_of
    from service.work.open_data import open_data
    from service.work.read_policy import read_policy
    from service.work.watch_drift import read_calendar, watch_drift, write_watch

    rules = read_policy(policy)
    as_of_us = moment_of(as_of, rules.utc_offset_hours)
    noted = read_calendar(calendar)
    check_model(model)
    with working() as step:
        opened = open_data(data, home, rules, loading(step))
        chosen = choose_model(model, opened.ledger)
        step("watching", 0.0)
        found = watch_drift(opened, chosen.bundle, rules, as_of_us, days, noted)
    tell_load(opened.report)
    tell_model(chosen, opened.ledger, as_of_us)
    write_watch(found, json, metrics)
    _show(found)


def _show(found: Watch) -> None:
    say(f"{found.payments:,} payments since {found.since}, compared with {found.against}")
    for one in found.breaks:
        say(f"known break on {one.on}: {one.kind}, {one.what}")
    for note in found.notes:
        say(note)
    rows = [
        (one.severity, one.kind, one.what, one.text_en, one.text_zh, "; ".join(one.explained_by))
        for one in found.alarms
    ]
    title = f"{len(rows)} alarms" if rows else "no alarm"
    table(title, ("severity", "kind", "what", "alarm", "提示", "may be explained by"), rows, left=6)
