"""A recipient's own payments of a year, by item: what arrived, when, on which card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from service.console.page import Page
from service.console.pages._my import MARKS, period_in_words, rule_of, year_of
from service.console.visit import Visit, visit
from service.work.recipients.own import AT_MOST, STATES, OwnPayment, own_payments

MOST: Final = 80
"""Payments on a page: with its style it stays under 50 kB."""


@dataclass(frozen=True, slots=True)
class Line:
    """A payment in the list.

    * `number`: its own, for its address; `period`, `state`: in words; `mark`: the look of the state
    * `amount_fen`: what was planned, or what arrived where the bank has answered
    * `on`: the day the bank answered, or when it was handed in; `last_four`: of the card
    * `asked`: somebody was asked to check it before it is paid
    """

    number: str
    period: tuple[str, str]
    amount_fen: int
    state: tuple[str, str]
    mark: str
    on: str
    last_four: str
    asked: bool


@dataclass(frozen=True, slots=True)
class Item:
    """The payments of one item in the year, newest first; `rule`: the item's rule in one sentence, empty where the
    catalogue does not hold it."""

    name: str
    rule: tuple[str, str]
    payments: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """A year of one's own payments.

    * `year` is shown, `years` there are, newest first; `year` is 0 where there are none
    * `arrived_fen`, `arrived`: the sum that arrived in the year, and in how many payments; `open`: how many have not
    * `next`: the address of further payments of the year, empty where there are none
    * `cut`: older payments than the service shows are left out
    """

    year: int
    years: tuple[int, ...]
    items: tuple[Item, ...]
    arrived_fen: int
    arrived: int
    open: int
    next: str = ""
    cut: bool = False


_LINE: Final = Line(
    "D00004283", ("2019年6月", "June 2019"), 54600, ("已发放", "paid"), "done", "2019-06-28", "0017", True
)
PAGE: Final = Page(
    "my",
    Contents(
        2019, (2019, 2018),
        (Item("高龄津贴", ("每月 546.00 元，按月发放。", "546.00 yuan a month, paid monthly."), (_LINE, _LINE)),),
        109200, 2, 1, "/my?year=2019&after=80", True,
    ),
    "own.read",
    width="phone",
)  # fmt: skip
router: Final = APIRouter()


@router.get("/my")
def show(
    visitor: Annotated[Visit, Depends(visit("own.read"))],
    year: Annotated[int | None, Query(ge=1900, le=2200)] = None,
    after: Annotated[int, Query(ge=0, le=AT_MOST)] = 0,
) -> Response:
    """Show a year, the newest where none is asked for."""
    found = own_payments(visitor.context, visitor.principal)
    by_year: dict[int, list[OwnPayment]] = {}
    for one in found:
        by_year.setdefault(year_of(one.period, one.submitted_at.astimezone(visitor.zone).year), []).append(one)
    years = tuple(sorted(by_year, reverse=True))
    if not years:
        return visitor.page(PAGE, Contents(0, (), (), 0, 0, 0))
    chosen = year if year in by_year else years[0]
    listed = by_year[chosen]
    page = listed[after : after + MOST]
    there = [one for one in listed if one.arrived_fen is not None]
    more = f"/my?year={chosen}&after={after + MOST}" if len(listed) > after + MOST else ""
    contents = Contents(
        chosen,
        years,
        _items(visitor, page),
        sum(one.arrived_fen or 0 for one in there),
        len(there),
        sum(one.state == "waiting" for one in listed),
        more,
        len(found) == AT_MOST and chosen == years[-1],
    )
    return visitor.page(PAGE, contents)


def _items(visitor: Visit, payments: Sequence[OwnPayment]) -> tuple[Item, ...]:
    by_item: dict[str, list[OwnPayment]] = {}
    for one in payments:
        by_item.setdefault(one.program_id, []).append(one)
    made = []
    for program, own in by_item.items():
        newest = own[0]
        rule = rule_of(visitor.context, visitor.principal, program, newest.item, newest.submitted_at)
        made.append(Item(newest.item, rule, tuple(_line(visitor, one) for one in own)))
    return tuple(made)


def _line(visitor: Visit, one: OwnPayment) -> Line:
    moment = (one.answered_at or one.submitted_at).astimezone(visitor.zone)
    return Line(
        one.disbursement_id,
        period_in_words(one.period),
        one.amount_fen if one.arrived_fen is None else one.arrived_fen,
        STATES[one.state],
        MARKS[one.state],
        moment.date().isoformat(),
        one.card_last_four,
        one.asked_zh is not None and one.answered_at is None,
    )
