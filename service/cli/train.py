"""`mingbai train`: learn from what was known by T."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import loading, say, table, working
from service.cli._options import HOME, AsOf, Data, Home, PolicyFile
from service.cli._told import tell_load, tell_rules_off

if TYPE_CHECKING:
    from models.training.train import TrainedModel


def train(
    data: Data,
    as_of: AsOf,
    challenger: Annotated[
        bool, typer.Option("--challenger", help="Put it on record beside the champion instead of in its place.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", file_okay=False, help="Also write the model's files to a folder.")
    ] = None,
    policy: PolicyFile = None,
    home: Home = HOME,
) -> None:
    """Train on what was known by T, findings included; log it to MLflow; put it in force. 训练模型。

    Nothing that became known at T or later is used, so training as of the first day of a month leaves that whole month
    to be scored. Without findings the rules and the shipped model decide, and the notes say so. The printed temporal
    validation trains on what had been decided by earlier moments and looks at what was found after them.

    \b
    Examples:
      mingbai train county/ --as-of 2019-07-01
      mingbai train county/ --as-of 2019-07-01 --challenger --out models-2019-07/

    The record lies in ./mlruns (or MINGBAI_MLRUNS): mlflow ui --backend-store-uri sqlite:///mlruns/mlflow.db
    """
    from service.work.moments import moment_of
    from service.work.open_data import open_data
    from service.work.read_policy import read_policy
    from service.work.train_model import record_model, train_model

    rules = read_policy(policy)
    as_of_us = moment_of(as_of, rules.utc_offset_hours)
    with working() as step:
        opened = open_data(data, home, rules, loading(step))
        model = train_model(opened, rules, as_of_us, step)
        step("putting it on record", 0.0)
        recorded = record_model(model, opened, rules, as_of_us, challenger=challenger)
    tell_load(opened.report)
    tell_rules_off(opened.ledger)
    if out is not None:
        model.save(out)
        say(f"model written to {out}")
    for note in model.bundle.notes:
        say(note)
    print_validation(model)
    place = "champion" if recorded.in_force else "challenger"
    print(f"model {model.version}, number {recorded.number} on record, {place}")


def print_validation(model: TrainedModel) -> None:
    """The temporal validation as a table, or why there is none."""
    import datetime as dt

    if not model.validation:
        say("no temporal validation: too few findings on payments after any earlier moment")
        return
    names = [name for name in model.validation[0] if name != "as_of"]
    rows = []
    for found in model.validation:
        day = dt.datetime.fromtimestamp(found["as_of"] / 1e6, dt.UTC).date()
        cells = [
            f"{found[name]:,.0f}" if found[name] == round(found[name]) > 1 else f"{found[name]:.3f}" for name in names
        ]
        rows.append((day.isoformat(), *cells))
    table(
        "Temporal validation, on payments somebody looked at",
        ("trained by", *(n.replace("_", " ") for n in names)),
        rows,
    )
