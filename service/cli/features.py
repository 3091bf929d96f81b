"""`mingbai features`: what is stated of each payment, and one feature in full."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import stdout, table

if TYPE_CHECKING:
    from features._feature import Feature


def features(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A feature's name, or whom it describes (person, card, ...).")
    ] = None,
) -> None:
    """List the features, or show one in full: unit, needs, meaning of null, cases. 特征目录。

    \b
    Examples:
      mingbai features
      mingbai features card
      mingbai features days_paid_after_death
    """
    from features.catalogue import all_features, feature_files
    from service.work.errors import WrongUsageError

    every = all_features()
    folders = {path.stem: path.parent.name for path in feature_files()}
    found = [feature for feature in every if name is None or name in (feature.name, folders[feature.name])]
    if not found:
        raise WrongUsageError(f"found no feature {name!r}; `mingbai features` lists them", f"没有特征 {name!r}")
    if name == found[0].name:
        _show(found[0], folders[found[0].name])
        return
    rows = [(f.name, folders[f.name], f.unit, "yes" if f.model else "no", f.title[1], f.title[0]) for f in found]
    table(f"{len(rows)} features", ("name", "of", "unit", "model", "title", "名称"), rows, left=6)


def _show(feature: Feature, folder: str) -> None:
    out = stdout()
    module = importlib.import_module(f"features.{folder}.{feature.name}")
    out.print(f"{feature.name}  {feature.title[1]}  {feature.title[0]}")
    for line in (module.__doc__ or "").strip().splitlines():
        out.print(line)
    out.print(f"unit         {feature.unit}")
    out.print(f"null means   {feature.null}")
    out.print(f"needs        {', '.join(feature.all_needs()) or 'disbursements alone'}")
    if feature.uses:
        out.print(f"uses         {', '.join(other.name for other in feature.uses)}")
    out.print(f"model reads  {'yes' if feature.model else 'no'}")
    out.print("cases")
    for case in feature.cases:
        value = "null" if case.expect is None else f"{case.expect:g}"
        out.print(f"  - {value}: {case.situation}")
