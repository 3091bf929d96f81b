"""`mingbai evaluate`: train, score, and measure on data whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli._console import loading, say, stdout, working
from service.cli._options import HOME, AsOf, Data, Home, Json, Model, PolicyFile
from service.cli._proof import print_proof
from service.cli._told import tell_load, tell_model


def evaluate(
    data: Data,
    truth: Annotated[Path, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Truth, .parquet or .csv.")],
    as_of: AsOf,
    to: Annotated[
        str | None, typer.Option(metavar="D2", help="Last local day scored. Default: the last day on record.")
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="DIR", file_okay=False, help="Keep scores.parquet, cases.parquet and the model here."),
    ] = None,
    json: Json = None,
    baselines: Annotated[
        bool,
        typer.Option(
            "--baselines", help="Also rank by chance, by number of fired rules, and by the best single feature."
        ),
    ] = False,
    minority_prefix: Annotated[
        str | None, typer.Option(metavar="CODE,...", help="Division codes of minority counties begin with these.")
    ] = None,
    model: Model = None,
    policy: PolicyFile = None,
    home: Home = HOME,
) -> None:
    """Train as of T, score what was submitted from T on, and print the quality report. 质量评估。

    Every payment is scored before payment, as of its own submission; cases are built at the last of them. Truth is read
    after that. Nothing is put on record. With --model that model is measured instead of training one.

    \b
    Examples:
      mingbai evaluate demo/county --truth demo/truth.parquet --as-of 2019-07-01
      mingbai evaluate county/ --truth truth.parquet --as-of 2019-07-01 --keep out/ --json report.json

    How each figure is defined stands in models/evaluation, one file each.
    """
    from models.scoring import cases as queue
    from models.scoring import score as scoring
    from service.work.choose_model import choose_model
    from service.work.evaluate_data import evaluate_data, read_truth
    from service.work.moments import day_of, moment_of
    from service.work.open_data import open_data
    from service.work.read_policy import read_policy
    from service.work.write_table import write_table

    rules = read_policy(policy)
    as_of_us = moment_of(as_of, rules.utc_offset_hours)
    last = day_of(to) if to is not None else None
    chosen = choose_model(model) if model is not None else None
    known = read_truth(truth)
    with working() as step:
        opened = open_data(data, home, rules, loading(step))
        found = evaluate_data(
            opened,
            known,
            rules,
            as_of_us,
            last=last,
            bundle=chosen.bundle if chosen else None,
            baselines=baselines,
            minority=tuple(minority_prefix.split(",")) if minority_prefix else (),
            progress=step,
        )
    tell_load(opened.report)
    if chosen is not None:
        tell_model(chosen, opened.ledger, as_of_us)
    if keep is not None:
        write_table([found.scores], scoring.SCHEMA, keep / "scores.parquet")
        write_table([found.cases], queue.SCHEMA, keep / "cases.parquet")
        if found.model is not None:
            found.model.save(keep / "model")
        say(f"scores and cases kept in {keep}")
    if json is not None:
        json.parent.mkdir(parents=True, exist_ok=True)
        json.write_text(found.report.to_json() + "\n", encoding="utf-8")
    if found.model is not None:
        print_proof(found.model.proof)
    found.report.show(stdout())
