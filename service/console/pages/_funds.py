"""What the page of funds is made of: lines, addresses, the map."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from service.console.drawings.heat_map import Cell, Heading, HeatMap
from service.console.pages._runs import Pair, address
from service.console.words import Words
from service.work.chain.stages import STAGES
from service.work.funds.board import Board, By, Group, Standing
from service.work.funds.stages import Stages
from service.work.places import Places

MOST_COLUMNS: Final = 40
"""Divisions the map shows side by side."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked at, as the address says it; empty for all. `on`: the day, None for now."""

    by: By = "program"
    program: str = ""
    period: str = ""
    division: str = ""
    on: dt.date | None = None

    def to(self, path: str = "/funds", /, **other: str) -> str:
        """The address of the same with something else.

        >>> Looked(program="P1", on=dt.date(2019, 7, 1)).to(division="51"), Looked(program="P1").to(program="")
        ('/funds?program=P1&division=51&at=2019-07-01', '/funds')
        """
        asked = {"by": self.by, "program": self.program, "period": self.period, "division": self.division} | other
        if asked["by"] == "program":
            asked["by"] = ""
        return address(path, **asked, at=self.on.isoformat() if self.on else "")


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """Sums of one item, period or place, or of everything; money in fen, days whole.

    `path`: what lies below it, empty for none; `department`: whose it is; `days_over`: of its worst run that waits.
    """

    name: str
    path: str
    department: str
    payments: int
    received_fen: int | None
    released_fen: int
    paid_fen: int
    credited_fen: int
    returned_fen: int
    repaid_fen: int
    waiting: int
    waiting_fen: int
    median_days: int | None
    p90_days: int | None
    runs: int
    runs_over: int
    days_over: int
    standing_fen: int


@dataclass(frozen=True, slots=True)
class LateLine:
    """A run whose money stands still: whose it is, since how many days beyond its limit, how much."""

    run_id: str
    path: str
    item: str
    period: str
    department: str
    waiting: int
    waiting_fen: int
    days_over: int
    limit_days: int


@dataclass(frozen=True, slots=True)
class StageLine:
    """Days between two stages; `share`: of the longest, 0 to 1."""

    begin: Pair
    end: Pair
    median: int
    p90: int
    counted: int
    share: float


WHOLE: Final = MoneyLine(
    "",
    "",
    "",
    16_400,
    930_000_000,
    928_110_000,
    920_000_000,
    919_980_000,
    8_110_000,
    6_000_000,
    16,
    2_110_000,
    4,
    9,
    12,
    1,
    41,
    888_000,
)
LINE: Final = MoneyLine(
    "高龄津贴",
    "/funds?program=P02",
    "民政局",
    1_280,
    70_000_000,
    69_888_000,
    69_000_000,
    68_945_400,
    888_000,
    0,
    16,
    888_000,
    4,
    9,
    12,
    1,
    41,
    888_000,
)
LATE: Final = LateLine("R00179", "/runs?run_id=R00179", "高龄津贴", "2019-05", "民政局", 16, 888_000, 41, 30)
STAGE: Final = StageLine(("已公示", "list posted"), ("乡镇已审核", "reviewed by the township"), 7, 12, 1_280, 0.6)


def money_line(group: Group, name: str, path: str) -> MoneyLine:
    """Sums as they are shown."""
    one = group.sums
    return MoneyLine(
        name,
        path,
        one.department or "",
        one.payments,
        group.received_fen,
        one.released_fen,
        one.paid_fen,
        one.credited_fen,
        one.returned_fen,
        one.repaid_fen,
        one.waiting,
        one.waiting_fen,
        one.median_days_to_pay,
        one.p90_days_to_pay,
        one.runs,
        one.runs_over_limit,
        group.days_over,
        one.standing_fen,
    )


def late_line(one: Standing, items: Mapping[str, str], *, linked: bool) -> LateLine:
    """A late run as it is shown."""
    path = address("/runs", run_id=one.run_id) if linked and one.run_id else ""
    return LateLine(
        one.run_id or "",
        path,
        items.get(one.program_id, one.program_id),
        one.period,
        one.department or "",
        one.waiting,
        one.waiting_fen,
        one.days_over,
        one.limit_days,
    )


def stage_lines(stages: Stages) -> tuple[StageLine, ...]:
    """Days by stage as they are shown."""
    longest = max((one.p90 for one in stages.days), default=0) or 1
    return tuple(
        StageLine(_stage(one.begin), _stage(one.end), one.median, one.p90, one.counted, one.median / longest)
        for one in stages.days
    )


def line_name(key: str, by: By, items: Mapping[str, str], places: Places) -> str:
    """What an item, a period or a place is called."""
    if by == "program":
        return items.get(key, key)
    return places.name(key) if by == "place" else key


def below(key: str, looked: Looked) -> str:
    """The address of what lies below a line."""
    named = {"program": "program", "period": "period", "place": "division"}[looked.by]
    return looked.to(**{named: key, "by": "program" if looked.by != "program" else "period"})


def heat_map(found: Board, looked: Looked, items: Mapping[str, str], words: Words, today: dt.date) -> HeatMap | None:
    """Items by place with money on its way, the worst first; None where nothing is, or there is no place below."""
    columns = [one for one in found.places[:MOST_COLUMNS] if any(place == one.code for _, place in found.spots)]
    worst: dict[str, int] = {}
    for (item, _), spot in found.spots.items():
        worst[item] = max(worst.get(item, spot.days_over), spot.days_over)
    if not columns or not worst:
        return None
    rows = sorted(worst, key=lambda item: (-worst[item], item))
    cells = []
    for item in rows:
        line = []
        for place in columns:
            here = found.spots.get((item, place.code))
            path = looked.to(program=item, division=place.code)
            line.append(None if here is None else Cell(here.days_over, here.waiting_fen, here.runs, path))
        cells.append(tuple(line))
    return HeatMap(
        words("map_caption", day=today.isoformat()),
        tuple(Heading(items.get(item, item), looked.to(program=item)) for item in rows),
        tuple(Heading(one.name, looked.to(division=one.code)) for one in columns),
        tuple(cells),
    )


def _stage(code: str) -> Pair:
    return STAGES[code].zh, STAGES[code].en
