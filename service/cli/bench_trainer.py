"""`mingbai bench trainer`: the supervised trainer over rolling origins of any table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import say, table, working
from service.cli._options import Json

if TYPE_CHECKING:
    from models.trainer.proof import Measures

COLUMNS = {
    "auroc": "AUROC",
    "average_precision": "average precision",
    "precision_1": "precision@1%",
    "precision_5": "precision@5%",
    "recall_5": "recall@5%",
    "ece": "ECE",
}


def bench_trainer(
    path: Annotated[
        Path,
        typer.Argument(metavar="TABLE", exists=True, dir_okay=False, help="A .csv or .parquet file, one row each."),
    ],
    time: Annotated[str, typer.Option(metavar="COL", help="When a row came in: dates, moments, or numbers of days.")],
    label: Annotated[str, typer.Option(metavar="COL", help="0 and 1, empty where nobody knows.")],
    decided: Annotated[str | None, typer.Option(metavar="COL", help="When its label became known.")] = None,
    delay: Annotated[
        float | None, typer.Option(metavar="DAYS", min=0.0, help="Or: how many days after the row. Default 0.")
    ] = None,
    positive: Annotated[
        str | None, typer.Option(metavar="VALUE", help="The label that counts as 1, where labels are words.")
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(metavar="COL", help="Rows of a group with a positive label at an origin are not judged after it."),
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option(metavar="COL", help="A column to leave out; repeat for more.")
    ] = None,
    folds: Annotated[int, typer.Option(metavar="N", min=1, help="Rolling origins.")] = 3,
    days: Annotated[
        float | None,
        typer.Option(metavar="DAYS", min=0.0, help="Days each fold judges. Default: the last half, shared."),
    ] = None,
    json: Json = None,
) -> None:
    """Prove the supervised trainer on any table with a time column. 任意表格上的训练评测。

    At each origin the trainer learns from labels decided by then and is judged on rows that came later, beside the
    prevalence, the best single column of the past, logistic regression and gradient boosting. Nothing is tuned.

    \b
    Examples:
      mingbai bench trainer claims.csv --time filed_on --label fraud --decided closed_on
      mingbai bench trainer cards.parquet --time at --label is_fraud --delay 30 --group card --json proof.json
    """
    from models.trainer.table import Spec
    from service.work.bench_trainer import bench_trainer as run
    from service.work.errors import WrongUsageError

    if decided is not None and delay is not None:
        raise WrongUsageError("give --decided or --delay, not both", "--decided 与 --delay 只能给其一")
    if days is not None and days <= 0:
        raise WrongUsageError("--days must be above 0", "--days 应大于 0")
    spec = Spec(time, label, decided, delay or 0.0, group, tuple(drop or ()), positive)
    if decided is None and delay is None:
        say("labels count as known at once: give --decided or --delay where they came in later")
    with working() as step:
        found = run(path, spec, folds=folds, days=days, progress=step)
    for number, fold in enumerate(found.folds, 1):
        title = (
            f"fold {number}: learned from {fold.learned:,} labels known at {fold.as_of}; judged {fold.labelled:,} "
            f"labelled of {fold.rows:,} rows until {fold.until}, {fold.positives:,} positive"
        )
        if fold.left_out:
            title += f"; {fold.left_out:,} of known groups left out"
        table(title, ("model", *COLUMNS.values()), [(name, *_cells(m)) for name, m in fold.by_model.items()])
    table("mean", ("model", *COLUMNS.values()), [(name, *_cells(m)) for name, m in found.means.items()])
    if json is not None:
        from json import dumps

        json.parent.mkdir(parents=True, exist_ok=True)
        json.write_text(dumps(found.plain(), indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _cells(measures: Measures) -> tuple[str, ...]:
    return tuple(f"{getattr(measures, name):.4f}" for name in COLUMNS)
