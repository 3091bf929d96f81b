"""An export as a file: logged with its reason, then given out bit by bit in the form that was asked for."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from service.access import Principal
from service.work.context import Context
from service.work.errors import WorkError
from service.work.export.csv_safe import csv_lines
from service.work.export.parquet import parquet_of
from service.work.supervision.export import HEADERS, Kind, entities, log_export, rows

Form = Literal["csv", "parquet", "ftm"]
FORMS: Final[tuple[Form, ...]] = ("csv", "parquet", "ftm")

_KINDS: Final[dict[Form, str]] = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "ftm": "application/x-ndjson",
}


class ExportError(WorkError):
    """An export that cannot be made as it was asked for."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file on its way: its pieces, its media type, its name."""

    pieces: Iterator[str] | Iterator[bytes]
    media_type: str
    name: str


def export_file(
    context: Context,
    who: Principal,
    kind: Kind,
    form: Form,
    reason: str,
    *,
    at: dt.datetime,
    division_code: str | None = None,
    program_id: str | None = None,
    period: str | None = None,
) -> ExportFile:
    """Log the export and begin it: payments, scores or cases as CSV or Parquet, the graph as FollowTheMoney lines.

    Raises ExportError for another pair of kind and form; nothing is logged then.
    """
    if (kind == "graph") != (form == "ftm"):
        raise ExportError(
            "The graph comes as ftm; payments, scores and cases as csv or parquet.",
            "图谱只能导出为 ftm；其他只能导出为 csv 或 parquet。",
        )
    log_export(context, who, kind, form, reason, division_code=division_code, at=at)
    narrowed: dict[str, Any] = {"division_code": division_code, "program_id": program_id, "period": period}
    if form == "ftm":
        found = entities(context, who, at=at, **narrowed)
        pieces = (json.dumps(one, ensure_ascii=False) + "\n" for one in found)
        return ExportFile(pieces, _KINDS[form], "graph.ftm.json")
    table, header = rows(context, who, kind, at=at, **narrowed), HEADERS[kind]
    if form == "csv":
        return ExportFile(csv_lines(header, table), _KINDS[form], f"{kind}.csv")
    return ExportFile(parquet_of(header, table), _KINDS[form], f"{kind}.parquet")
