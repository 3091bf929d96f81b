"""One payment of one's own: what was planned, what arrived, the item's rule, what was asked, which data was used."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Response

from service.api.problem import Problem
from service.console.page import Page
from service.console.pages._my import MARKS, period_in_words, rule_of
from service.console.visit import Visit, visit
from service.work.recipients.data_used import data_used
from service.work.recipients.own import STATES, own_payment

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Contents:
    """A payment in plain words.

    * `number`: its own; `item`, `period`, `rule`: what it is for and by which rule (empty where nobody registered it)
    * `amount_fen`: planned; `arrived_fen`: what the bank credited, None until then; `state`, `mark`: in words, its look
    * `submitted_at`, `answered_at`: handed in to the bank, and answered, None until then; `last_four`: of the card
    * `asked`: what is asked about it, empty where nothing is; `deadline`: until when it waits at most, None where it
      does not wait
    * `wrong`: something is off: it did not arrive whole
    * `data`: what was looked at, each with the last day rows came in
    """

    number: str
    item: str
    period: Pair
    rule: Pair
    amount_fen: int
    arrived_fen: int | None
    state: Pair
    mark: str
    submitted_at: dt.datetime
    answered_at: dt.datetime | None
    last_four: str
    asked: Pair
    deadline: dt.datetime | None
    wrong: bool
    data: tuple[tuple[Pair, dt.datetime], ...]


_AT: Final = dt.datetime(2019, 6, 28, 2, 0, tzinfo=dt.UTC)
PAGE: Final = Page(
    "my_payment",
    Contents(
        "D00004283", "高龄津贴", ("2019年6月", "June 2019"),
        ("每月 546.00 元，按月发放。", "546.00 yuan a month, paid monthly."), 54600, 50000,
        STATES["credited_short"], "ask", _AT, _AT, "0017",
        ("发放前请主管部门核对有关信息。", "The department was asked to check some facts."), _AT, True,
        ((("户籍登记信息", "the population register"), _AT),),
    ),
    "own.read",
    width="phone",
)  # fmt: skip
router: Final = APIRouter()


@router.get("/my/payments/{number}")
def show(
    visitor: Annotated[Visit, Depends(visit("own.read"))], number: Annotated[str, Path(min_length=1, max_length=128)]
) -> Response:
    """Show it; 404 for one that is somebody else's or nobody's, alike."""
    context = visitor.context
    one = own_payment(context, visitor.principal, number)
    if one is None:
        detail = ("There is no such payment of yours.", "没有找到这笔补贴。")
        raise Problem(404, "not-found", "Nothing here", detail)
    contents = Contents(
        one.disbursement_id,
        one.item,
        period_in_words(one.period),
        rule_of(context, visitor.principal, one.program_id, one.item, one.submitted_at),
        one.amount_fen,
        one.arrived_fen,
        STATES[one.state],
        MARKS[one.state],
        one.submitted_at,
        one.answered_at,
        one.card_last_four,
        (one.asked_zh or "", one.asked_en or ""),
        one.deadline,
        one.state in ("credited_short", "failed", "returned"),
        tuple(((used.zh, used.en), used.newest_at) for used in data_used(context)),
    )
    return visitor.page(PAGE, contents)
