"""`mingbai models`: what is on record, which model is in force for whose data, and one model in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import say, stdout, table

if TYPE_CHECKING:
    from models.registry.standing import Standing, Version
    from service.work.list_models import OnRecord

METRICS = ("average_precision", "precision_at_capacity", "calibration_error")


def models(
    number: Annotated[
        str | None, typer.Argument(metavar="[NUMBER]", help="A model's number, to see it in full.")
    ] = None,
) -> None:
    """List the models on record, or show one: whose data, trained as of when, in force since when, by whom. 模型记录。

    \b
    Examples:
      mingbai models
      mingbai models 2
    """
    from service.work.errors import WrongUsageError
    from service.work.list_models import list_models

    found = list_models()
    if number is None:
        _list(found)
        return
    if number not in found.book.versions:
        raise WrongUsageError(
            f"no model {number} is on record; `mingbai models` lists them", f"记录中没有编号为 {number} 的模型"
        )
    _show(found, found.book.versions[number])


def _list(found: OnRecord) -> None:
    book = found.book
    if not book.versions:
        say("no model is on record: the one shipped with mingbai scores (`mingbai train` makes one)")
        return
    names = [name for name in METRICS if any(name in v.metrics for v in book.versions.values())]
    rows = []
    for version in book.versions.values():
        standing = book.standings[version.lineage]
        place, since, by = _place(standing, version.number)
        figures = (f"{version.metrics[name]:.3f}" if name in version.metrics else "-" for name in names)
        row = (version.number, version.version, version.lineage or "-", version.as_of[:10], place, since[:16], by)
        rows.append((*row, *figures))
    columns = ("number", "version", "data", "as of", "place", "since", "by", *(n.replace("_", " ") for n in names))
    table(f"{len(rows)} {'model' if len(rows) == 1 else 'models'} on record", columns, rows, left=7)
    for lineage, standing in book.standings.items():
        if not standing.pile:
            say(f"data {lineage or '-'}: the model shipped with mingbai is in force")
        if standing.proposal is not None:
            say(f"data {lineage or '-'}: {standing.proposal.by} proposed model {standing.proposal.number}")


def _place(standing: Standing, number: str) -> tuple[str, str, str]:
    """What a model is now, since when, and who decided."""
    if standing.pile and standing.pile[-1].number == number:
        placed = standing.pile[-1]
        return "champion", placed.since, " and ".join(placed.by) or "first of its data"
    if standing.challenger == number:
        return "challenger", "", ""
    if any(placed.number == number for placed in standing.pile):
        return "former champion", "", ""
    return "-", "", ""


def _show(found: OnRecord, version: Version) -> None:
    out = stdout()
    place, since, by = _place(found.book.standings[version.lineage], version.number)
    out.print(f"model {version.number}  {version.version}")
    out.print(f"place        {place}{f' since {since}' if since else ''}{f', {by}' if by else ''}")
    out.print(f"data         {version.lineage or '-'}")
    out.print(f"as of        {version.as_of}")
    out.print(f"trained      {version.at}")
    out.print(f"files        {version.path}")
    out.print(f"their hash   {version.digest}")
    for name, value in sorted(version.tags.items()):
        out.print(f"{name:<12} {value}")
    if version.metrics:
        out.print("figures")
        for name, metric in sorted(version.metrics.items()):
            out.print(f"  {name:<40} {metric:.4f}")
    events = [event for event in found.events if event.number == version.number]
    if events:
        out.print("history")
    for event in events:
        out.print(f"  {event.at}  {event.text}")
