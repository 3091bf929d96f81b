"""Money on its way: what was received, paid, credited, returned, paid again; what stands still, where, since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from service.console.drawings.heat_map import EXAMPLE as MAP
from service.console.drawings.heat_map import HeatMap
from service.console.page import Page
from service.console.pages._funds import (
    LATE,
    LINE,
    STAGE,
    WHOLE,
    LateLine,
    Looked,
    MoneyLine,
    StageLine,
    below,
    heat_map,
    late_line,
    line_name,
    money_line,
    stage_lines,
)
from service.console.visit import Visit, visit
from service.console.words import Words
from service.work.export.csv_safe import csv_lines
from service.work.funds.board import Asked, Board, By, board
from service.work.funds.stages import Stages, days_in_stages
from service.work.places import items_of, places_of


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `looked`: what is looked at; `today`: the day the page stands at; `is_now`: it is today
    * `whole`: everything together, None where there is nothing; `lines`: by item, period or place
    * `late`: runs whose money stands still, the worst; `late_count`: how many there are
    * `map`: days over the limit by item and place, None where nothing is on its way
    * `stages`: days between stages where one item is looked at; `sampled`: (looked at, in all), None where all were
    * `crumbs`: (path, name) of the divisions above the one looked at; `here`: its name, empty for all of one's own
    * `tabs`: (by, path); `programs`, `periods`: to choose from; `program`: name of the item looked at
    * `file`: path of the table as CSV
    * `cleared`: paths that leave out the item, period and division, empty where none is named
    """

    looked: Looked
    today: dt.date
    is_now: bool
    whole: MoneyLine | None
    lines: tuple[MoneyLine, ...]
    late: tuple[LateLine, ...]
    late_count: int
    map: HeatMap | None
    stages: tuple[StageLine, ...]
    sampled: tuple[int, int] | None
    crumbs: tuple[tuple[str, str], ...]
    here: str
    tabs: tuple[tuple[By, str], ...]
    programs: tuple[tuple[str, str], ...]
    periods: tuple[str, ...]
    program: str
    file: str
    cleared: tuple[str, str, str]


PAGE: Final = Page(
    "funds",
    Contents(
        Looked("program", "P02", "2019", "519921100000", dt.date(2019, 7, 1)),
        dt.date(2019, 7, 1),
        False,
        WHOLE,
        (LINE,),
        (LATE,),
        1,
        MAP,
        (STAGE,),
        (2_000, 12_800),
        (("/funds", "青山县"),),
        "青山镇",
        (("program", "/funds"), ("period", "/funds?by=period"), ("place", "/funds?by=place")),
        (("P02", "高龄津贴"),),
        ("2019-07",),
        "高龄津贴",
        "/funds/file?by=program",
        ("/funds", "/funds", "/funds"),
    ),
    "funds.read",
    nav="funds",
)
router: Final = APIRouter()

_Plain = Annotated[str, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Day = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2}|)$")]
_By = Annotated[By, Query()]

FILE: Final = (
    "payments",
    "received_fen",
    "released_fen",
    "paid_fen",
    "credited_fen",
    "returned_fen",
    "repaid_fen",
    "waiting",
    "waiting_fen",
    "median_days",
    "p90_days",
    "runs",
    "runs_over",
    "days_over",
    "standing_fen",
)
"""Columns of the file behind the name and the department; money as yuan."""


@router.get("/funds")
def show(
    visitor: Annotated[Visit, Depends(visit("funds.read"))],
    by: _By = "program",
    program: _Plain = "",
    period: _Plain = "",
    division: _Plain = "",
    at: _Day = "",
) -> Response:
    """Money on its way, now or at the end of an earlier day."""
    looked = _looked(visitor, by, program, period, division, at)
    found = _board(visitor, looked)
    stages = days_in_stages(visitor.context, visitor.principal, _asked(looked)) if looked.program else None
    return visitor.page(PAGE, _contents(visitor, looked, found, stages))


@router.get("/funds/file")
def file(
    visitor: Annotated[Visit, Depends(visit("funds.read"))],
    by: _By = "program",
    program: _Plain = "",
    period: _Plain = "",
    division: _Plain = "",
    at: _Day = "",
) -> Response:
    """The table as CSV."""
    looked = _looked(visitor, by, program, period, division, at)
    lines = _lines(visitor, looked, _board(visitor, looked))
    words = Words("funds", visitor.language)
    header = [words(f"of_{by}"), words("department"), *(words(f"column_{name}") for name in FILE)]
    headers = {"Content-Disposition": f'attachment; filename="funds-by-{by}.csv"', "X-Content-Type-Options": "nosniff"}
    rows = ([line.name, line.department, *(_cell(line, name) for name in FILE)] for line in lines)
    return StreamingResponse(_sent(header, rows), media_type="text/csv; charset=utf-8", headers=headers)


def _sent(header: list[str], rows: Iterator[list[Any]]) -> Iterator[str]:
    yield from csv_lines(header, rows)


def _cell(line: MoneyLine, name: str) -> Any:
    value = getattr(line, name)
    if value is not None and name.endswith("_fen"):
        sign, fen = ("-", -value) if value < 0 else ("", value)
        return f"{sign}{fen // 100}.{fen % 100:02d}"
    return value


def _looked(visitor: Visit, by: By, program: str, period: str, division: str, at: str) -> Looked:
    """What the address asks for. A day that has not come, or that no calendar has, is today."""
    try:
        on = dt.date.fromisoformat(at) if at else None
    except ValueError:
        on = None
    if on is not None and (on >= _today(visitor) or on.year < 1990):
        on = None
    return Looked(by, program, period, division, on)


def _today(visitor: Visit) -> dt.date:
    return visitor.context.clock.now().astimezone(visitor.zone).date()


def _asked(looked: Looked) -> Asked:
    return Asked(looked.program or None, looked.period or None, looked.division or None, looked.on)


def _board(visitor: Visit, looked: Looked) -> Board:
    return board(visitor.context, visitor.principal, looked.by, _asked(looked))


def _lines(visitor: Visit, looked: Looked, found: Board) -> tuple[MoneyLine, ...]:
    items, places = items_of(visitor.context), places_of(visitor.context)
    return tuple(
        money_line(one, line_name(one.key, looked.by, items, places), below(one.key, looked)) for one in found.groups
    )


def _contents(visitor: Visit, looked: Looked, found: Board, stages: Stages | None) -> Contents:
    items = items_of(visitor.context)
    today = looked.on or _today(visitor)
    words = Words("funds", visitor.language)
    tabs: tuple[By, ...] = ("program", "period", "place") if found.places else ("program", "period")
    sampled = stages is not None and stages.looked_at < stages.payments
    return Contents(
        looked=looked,
        today=today,
        is_now=looked.on is None,
        whole=money_line(found.whole, "", "") if found.whole else None,
        lines=_lines(visitor, looked, found),
        late=tuple(late_line(one, items, linked=visitor.principal.may("runs.read")) for one in found.standing),
        late_count=found.late,
        map=heat_map(found, looked, items, words, today),
        stages=stage_lines(stages) if stages else (),
        sampled=(stages.looked_at, stages.payments) if stages and sampled else None,
        crumbs=tuple((looked.to(division=one.code), one.name) for one in found.path[:-1]),
        here=found.here.name if found.here else "",
        tabs=tuple((one, looked.to(by=one)) for one in tabs),
        programs=tuple(sorted(items.items(), key=lambda one: one[1])),
        periods=_periods(found.periods, looked.period),
        program=items.get(looked.program, looked.program),
        file=looked.to("/funds/file"),
        cleared=(
            looked.to(program="") if looked.program else "",
            looked.to(period="") if looked.period else "",
            looked.to(division="") if looked.division else "",
        ),
    )


def _periods(found: tuple[str, ...], chosen: str) -> tuple[str, ...]:
    """Years first, then every period; the chosen one among them."""
    years = sorted({one[:4] for one in found}, reverse=True)
    return tuple(dict.fromkeys([*years, *found, *([chosen] if chosen else [])]))
