"""`mingbai train`: learn from what was known by T."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli._console import loading, say, working
from service.cli._options import HOME, AsOf, Data, Home, PolicyFile
from service.cli._proof import print_proof
from service.cli._told import tell_load, tell_rules_off


def train(
    data: Data,
    as_of: AsOf,
    challenger: Annotated[
        bool,
        typer.Option(
            "--challenger", help="Say that it is to stand beside the champion; every model but a county's first does."
        ),
    ] = False,
    lineage: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="Whose data these are, where payments were numbered anew (`mingbai models` lists them)."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", file_okay=False, help="Also write the model's files to a folder.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="DIR", file_okay=False, help="Also write the proof over time there (HTML, Markdown)."),
    ] = None,
    policy: PolicyFile = None,
    home: Home = HOME,
) -> None:
    """Train on what was known by T, findings included; log it to MLflow; put it on record. 训练模型。

    The first model of a county is in force at once. Later ones stand beside it, are scored in shadow, and take its
    place when two people release them (`mingbai release`). Whose data these are is told by their payments.

    Nothing that became known at T or later is used, so training as of the first day of a month leaves that whole month
    to be scored. Without findings the rules and the shipped model decide, and the notes say so. The printed proof
    over time trains on what had been decided by earlier moments and judges what was submitted after them; its report
    is kept with the model.

    \b
    Examples:
      mingbai train county/ --as-of 2019-07-01
      mingbai train county/ --as-of 2019-07-01 --challenger --out models-2019-07/
      mingbai train county/ --as-of 2019-07-01 --report proof-2019-07/

    The record lies in ./mlruns (or MINGBAI_MLRUNS): mlflow ui --backend-store-uri sqlite:///mlruns/mlflow.db
    """
    from models.evaluation.over_time.report.write import write_report
    from service.work.choose_model import choose_model
    from service.work.moments import moment_of
    from service.work.open_data import open_data
    from service.work.read_policy import read_policy
    from service.work.train_model import record_model, train_model

    rules = read_policy(policy)
    as_of_us = moment_of(as_of, rules.utc_offset_hours)
    with working() as step:
        opened = open_data(data, home, rules, loading(step))
        model = train_model(opened, rules, as_of_us, step, champion=choose_model(None, opened.ledger).bundle)
        step("putting it on record", 0.0)
        recorded = record_model(model, opened, rules, as_of_us, challenger=challenger, lineage=lineage)
    tell_load(opened.report)
    tell_rules_off(opened.ledger)
    if report is not None:
        write_report(model.proof, report)
        say(f"proof over time written to {report / 'proof.html'}")
    if out is not None:
        model.save(out)
        say(f"model written to {out}")
    for note in model.bundle.notes:
        say(note)
    print_proof(model.proof)
    place = "champion" if recorded.in_force else "challenger"
    print(f"model {model.version}, number {recorded.number} on record, {place}")
    if not recorded.in_force:
        say(f"to put it in force: mingbai release compare {data} {recorded.number}, then propose and approve")
