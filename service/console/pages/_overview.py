"""What the overview is made of: small parts, each from one look of the work layer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from service.access import Principal
from service.console.drawings.heat_map import Cell, Heading, HeatMap
from service.console.drawings.intervals import Interval
from service.console.formats import moment
from service.console.pages._queue import Line, line_of, why_of
from service.console.words import Language, Words
from service.work.context import Context
from service.work.model_pages.on_record import County, on_record
from service.work.overview.confirmed_share import DAYS, confirmed_share
from service.work.overview.second_word import Waiting
from service.work.overview.standing_still import OnItsWay, StandingStill, standing_still
from service.work.overview.today import LOOKED_AT
from service.work.places import Places, items_of
from service.work.queue.find_cases import Page
from service.work.recent import recent
from service.work.runs.overview import overview_of

SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Mine:
    """Cases one has: the first to be due, how many there are and may be, and how many are late. `more`: there are more
    than were looked at."""

    lines: tuple[Line, ...]
    count: int
    most: int
    late: int
    more: bool


@dataclass(frozen=True, slots=True)
class Second:
    """A closing that waits for one's word: the case, its question, how it would be closed, by whom, since when."""

    case_id: str
    why: tuple[str, str]
    place: str
    amount_fen: int
    outcome: str
    proposer: str
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class ToSign:
    """A run that waits for one's signature: rows to release and to verify, and the first deadline of its questions."""

    run: int
    item: str
    period: str
    place: str
    release: int
    verify: int
    deadline: dt.datetime | None


def mine_of(context: Context, who: Principal, places: Places, found: Page) -> Mine:
    """Cases somebody has, the first deadline first."""
    now = context.clock.now()
    lines = [line_of(row, places, who, now) for row in found.cases]
    late = sum(one.urgency == "late" for one in lines)
    most = int(context.policy["cases.per_person_capacity"])
    return Mine(tuple(lines[:SHOWN]), len(lines), most, late, found.after is not None)


def seconds_of(places: Places, found: Sequence[Waiting]) -> tuple[Second, ...]:
    """Closings that wait for somebody's word."""
    return tuple(
        Second(
            one.case.case_id,
            why_of(one.case),
            places.full_name(one.case.division_code),
            int(one.case.amount_fen),
            one.outcome,
            one.proposer,
            one.since,
        )
        for one in found
    )


def to_sign_of(context: Context, who: Principal, places: Places) -> tuple[ToSign, ...]:
    """Runs that wait for somebody's signature, newest first."""
    items = items_of(context)
    return tuple(
        ToSign(
            int(one.row.run),
            items.get(one.row.program_id, one.row.program_id or ""),
            one.row.period or "",
            places.name(one.row.division_code),
            one.release or 0,
            one.verify or 0,
            one.first_deadline,
        )
        for one in overview_of(context, who, None, LOOKED_AT, state="scored")
        if one.may_sign
    )


def models_of(context: Context, who: Principal) -> tuple[County, ...] | None:
    """Where the models stand, county by county, for whoever manages them; None for others, and where the record cannot
    be read: its own page says why."""
    if not who.may("models.manage"):
        return None
    record, _ = recent(context, "models", on_record)
    return None if record.problem else record.counties


def confirmed_of(context: Context, who: Principal, language: Language) -> tuple[Interval, ...]:
    """The share that was confirmed, by desk."""
    t = Words("overview", language)
    return tuple(
        Interval(
            t(f"desk_{one.desk}"), one.share, one.low, one.high, one.count,
            t("decided_as", confirmed=one.confirmed, cleared=one.cleared, errors=one.errors),
            f"/queue/{one.desk}?state=closed" if who.may("cases.read") else "",
        )
        for one in confirmed_share(context, who)
        if one.count
    )  # fmt: skip


def heat_of(context: Context, who: Principal, language: Language) -> tuple[HeatMap, StandingStill] | None:
    """Money on its way as a map, and its sums; None where nothing is."""
    found = standing_still(context, who)
    if not found.programs:
        return None
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    caption = Words("overview", language)("heat_caption", at=moment(found.at, zone))
    rows = tuple(Heading(name, f"/funds?program={number}") for number, name in found.programs)
    columns = tuple(Heading(name, f"/funds?division={code}") for code, name in found.places)
    cells = tuple(
        tuple(
            _cell(one, f"/funds?program={number}&division={code}")
            for (code, _), one in zip(found.places, few, strict=True)
        )
        for (number, _), few in zip(found.programs, found.cells, strict=True)
    )
    return HeatMap(str(caption), rows, columns, cells), found


def _cell(one: OnItsWay | None, href: str) -> Cell | None:
    if one is None:
        return None
    return Cell(one.days_over or 0, one.waiting_fen, one.runs, href)


DECIDED_DAYS: Final = DAYS
