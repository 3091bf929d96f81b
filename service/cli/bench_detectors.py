"""`mingbai bench detectors`: the unsupervised detectors over sets with known answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli._console import say, table, working
from service.cli._options import Json


def bench_detectors(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="Folder of .npz files, arrays X and y.")
    ],
    json: Json = None,
) -> None:
    """Run the unsupervised detectors, untuned, over every .npz of a folder. 检测模型基准。

    Prints AUROC and average precision of each detector and of their ensemble, for each set and on average. X holds
    rows of numbers, y 1 where a row is odd; y is read only to measure.

    \b
    Example:
      mingbai bench detectors sets/ --json detectors.json
    """
    from service.work.bench_detectors import bench_detectors as run

    with working() as step:
        found = run(folder, lambda name, share: step("detectors", share))
    for name, why in found.skipped.items():
        say(f"{name} is left out: {why}")
    who = list(found.means)
    for measure, title in (("auroc", "AUROC"), ("average_precision", "Average precision")):
        rows = [(name, *(f"{getattr(by[one], measure):.3f}" for one in who)) for name, by in found.sets.items()]
        rows.append(("mean", *(f"{getattr(found.means[one], measure):.3f}" for one in who)))
        table(title, ("set", *who), rows)
    if json is not None:
        from json import dumps

        json.parent.mkdir(parents=True, exist_ok=True)
        json.write_text(dumps(found.plain(), indent=1) + "\n", encoding="utf-8")
