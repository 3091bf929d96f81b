"""A recipient reports a problem in three fields: what kind, which payment, in own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from service.console.page import Page
from service.console.pages._my import period_in_words
from service.console.visit import Sent, Visit, sent, visit
from service.work.recipients.own import own_payments
from service.work.recipients.report import KINDS, Refused, report

MOST: Final = 36
"""Payments to choose from, newest first: what somebody reports is nearly always among them."""
LONGEST: Final = 2000
"""Characters of a report."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A payment to choose: its number, item and period, and planned amount in fen."""

    number: str
    item: str
    period: tuple[str, str]
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Contents:
    """The three fields.

    * `kinds`: what can be reported, (value, words); `kind`: the one chosen already, empty for none
    * `payments`: to choose from; `payment`: the one chosen already, empty for none
    """

    kinds: tuple[tuple[str, tuple[str, str]], ...]
    kind: str
    payments: tuple[Choice, ...]
    payment: str


_KINDS: Final = tuple((str(value), words) for value, words in KINDS.items())
PAGE: Final = Page(
    "my_report",
    Contents(
        _KINDS, "card_held", (Choice("D00004283", "高龄津贴", ("2019年6月", "June 2019"), 54600),), "D00004283"
    ),
    "own.report",
    width="phone",
)  # fmt: skip
router: Final = APIRouter()

_REFUSED: Final = {
    Refused.NOT_YOURS: (
        404,
        ("没有找到这笔补贴，请重新选择。", "There is no such payment of yours. Please choose again."),
    ),
    Refused.TOO_MANY: (
        429,
        (
            "今天反映的次数较多，请明天再来；紧急的请直接联系乡镇便民服务中心。",
            "You reported several things today. Please come back tomorrow, or go to the township's service centre.",
        ),
    ),
}


@router.get("/my/report")
def show(
    visitor: Annotated[Visit, Depends(visit("own.report"))],
    payment: Annotated[str, Query(max_length=128)] = "",
    kind: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """Ask what happened."""
    return visitor.page(PAGE, _contents(visitor, kind, payment))


@router.post("/my/report/send")
def send(form: Annotated[Sent, Depends(sent("own.report"))]) -> Response:
    """Take the report; it is followed on the next page."""
    visitor = form.visit
    kind, payment, text = form.get("kind"), form.get("payment"), form.get("text")
    if kind not in KINDS or not 0 < len(text) <= LONGEST:
        problem = (
            f"请选择反映的问题，并写几句话说明情况（不超过{LONGEST}字）。",
            f"Choose what it is about, and say in your own words what happened ({LONGEST} characters at most).",
        )
        return _again(form, 422, problem)
    made = report(visitor.context, visitor.principal, kind, payment or None, text)
    if isinstance(made, Refused):
        return _again(form, *_REFUSED[made])
    return form.done("/my/reports", "report_taken", number=made.number)


def _again(form: Sent, status: int, problem: tuple[str, str]) -> Response:
    form.refused()
    contents = _contents(form.visit, form.get("kind"), form.get("payment"))
    return form.visit.page(PAGE, contents, status=status, problem=problem, entered={"text": form.get("text")})


def _contents(visitor: Visit, kind: str, payment: str) -> Contents:
    own = own_payments(visitor.context, visitor.principal)
    # The one somebody came from is there, however old.
    listed = [one for n, one in enumerate(own) if n < MOST or one.disbursement_id == payment]
    choices = tuple(
        Choice(one.disbursement_id, one.item, period_in_words(one.period), one.amount_fen) for one in listed
    )
    chosen = payment if any(one.number == payment for one in choices) else ""
    return Contents(_KINDS, kind if kind in KINDS else "", choices, chosen)
