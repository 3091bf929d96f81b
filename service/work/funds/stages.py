"""How many days payments of an item spend between one stage and the next."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from service.access import Principal
from service.store import stage_days
from service.store.payments import PAYMENTS
from service.work.chain.stages import STAGES
from service.work.context import Context
from service.work.funds.board import Asked, condition, end_of
from service.work.funds.sums import quantile

CHAIN: Final = (
    "applied",
    "household_report",
    "village_assessment",
    "public_notice",
    "township_review",
    "county_determination",
    "finance_release",
)
"""Stages of an application, in their order; one that was not told of is passed over."""

MOST: Final = 1_000
"""Payments looked at; where there are more, these are spread evenly over all."""


@dataclass(frozen=True, slots=True)
class StageDays:
    """Days from one stage to the next: median, the ninth of ten, how many were counted. Codes are those of `STAGES`."""

    begin: str
    end: str
    median: int
    p90: int
    counted: int


@dataclass(frozen=True, slots=True)
class Stages:
    """Days by stage in their order; `looked_at` of `payments` in all were counted."""

    days: tuple[StageDays, ...]
    looked_at: int
    payments: int


def days_in_stages(context: Context, who: Principal, asked: Asked) -> Stages:
    """Days between stages of the payments that are looked at, as far as they were known then."""
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    at = None if asked.on is None else end_of(asked.on, zone)
    counts: dict[tuple[str, str], Counter[int]] = {}
    with context.database.read() as connection:
        rows, total = stage_days.sample(connection, condition(who, asked, PAYMENTS), at, MOST)
        applications = sorted({str(row.application_id) for row in rows if row.application_id})
        steps = stage_days.first_steps(connection, "application", applications, at)
        answers = stage_days.first_steps(connection, "payment", [str(row.disbursement_id) for row in rows], at)
        came = stage_days.funds_days(connection, sorted({str(row.run_id) for row in rows if row.run_id}), at)
    for passed in steps.values():
        known = [(name, passed[name]) for name in CHAIN if name in passed]
        for (begin, since), (end, until) in pairwise(known):
            # Whole days of the calendar: posted in the evening and reviewed next morning is a day.
            _count(counts, begin, end, _day(until, zone) - _day(since, zone))
    for row in rows:
        handed_in = _day(row.known_at, zone)
        if row.run_id in came:
            _count(counts, "funds_received", "submitted", handed_in - came[row.run_id])
        paid = answers.get(str(row.disbursement_id), {}).get("paid")
        if paid is not None:
            _count(counts, "submitted", "paid", _day(paid, zone) - handed_in)
    order = list(STAGES)
    found = sorted(counts, key=lambda pair: (order.index(pair[0]), order.index(pair[1])))
    return Stages(tuple(_told(pair, counts[pair]) for pair in found), len(rows), total)


def _day(moment: dt.datetime, zone: dt.timezone) -> dt.date:
    return moment.astimezone(zone).date()


def _count(counts: dict[tuple[str, str], Counter[int]], begin: str, end: str, between: dt.timedelta) -> None:
    counts.setdefault((begin, end), Counter())[max(0, between.days)] += 1


def _told(pair: tuple[str, str], days: Counter[int]) -> StageDays:
    median, p90 = quantile(days, 0.5), quantile(days, 0.9)
    return StageDays(*pair, median or 0, p90 or 0, sum(days.values()))
