"""One question before payment: what is asked and why, what to look at, the decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Response

from service.api.routes._runs_told import STATUS
from service.api.routes._runs_told import told as problems
from service.console.page import Page
from service.console.pages._questions import ASKED_PAYMENT, AskedPayment, asked_payment
from service.console.pages._runs import Pair
from service.console.visit import Sent, Visit, sent, visit
from service.store.verifications import OUTCOMES
from service.work.places import items_of, places_of
from service.work.runs.decide import REASON_LEAST, decide
from service.work.runs.errors import RunRefusedError
from service.work.runs.questions import Rule, question_about, rules_of


@dataclass(frozen=True, slots=True)
class Asked:
    """One reason as a question: its text, the rule it comes from ((Chinese, English), both empty for a model's), what
    to do about it, and what the rule cannot see."""

    text: Pair
    rule: Pair
    steps: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `payment`: the payment; `asks`: what is asked about it; `run_id`: the number of its run in the contract
    * `reason_least`: characters a reason has at least
    """

    payment: AskedPayment
    asks: tuple[Asked, ...]
    run_id: str
    reason_least: int


PAGE: Final = Page(
    "question",
    Contents(
        ASKED_PAYMENT,
        (
            Asked(
                ("死亡已登记，距死亡77天", "77 days after a death on record"),
                ("死亡后仍发放", "Paid after death"),
                (("查阅死亡登记及其来源", "Read the death record and its source"),),
            ),
        ),
        "R00179",
        REASON_LEAST,
    ),
    "verify.decide",
    nav="questions",
)
router: Final = APIRouter()

Payment = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]


@router.get("/questions/{disbursement_id:path}")
def show(disbursement_id: Payment, visitor: Annotated[Visit, Depends(visit("verify.decide"))]) -> Response:
    """A question."""
    with problems():
        return visitor.page(PAGE, _contents(visitor, disbursement_id))


@router.post("/questions/{disbursement_id:path}/decide")
def decided(disbursement_id: Payment, form: Annotated[Sent, Depends(sent("verify.decide"))]) -> Response:
    """Release it, or send it back for correction."""
    visitor = form.visit
    outcome, reason = form.get("outcome"), form.get("reason")[:2000]
    number = str(visitor.request.scope.get("request_id", ""))
    try:
        if outcome not in OUTCOMES:
            raise RunRefusedError("invalid", "outcome-missing", "Choose one of the two.", "请选择放行或退回更正。")
        decide(visitor.context, visitor.principal, disbursement_id, outcome, reason, request_id=number)
    except RunRefusedError as error:
        form.refused()
        with problems():
            if error.kind == "unknown":
                raise
            contents = _contents(visitor, disbursement_id)
        status, entered = STATUS[error.kind][0], {"outcome": outcome, "reason": reason}
        return visitor.page(PAGE, contents, status=status, problem=(error.chinese, error.english), entered=entered)
    return form.done("/questions", "said_released" if outcome == "release" else "said_corrected")


def _contents(visitor: Visit, disbursement_id: str) -> Contents:
    """Raises RunRefusedError where there is no question to be seen."""
    context = visitor.context
    number = str(visitor.request.scope.get("request_id", ""))
    found = question_about(context, visitor.principal, disbursement_id, request_id=number)
    rules = rules_of(found.reasons)
    payment = asked_payment(found, places_of(context), items_of(context), context.clock.now())
    asks = tuple(_asked(text, rule) for text, rule in zip(payment.reasons, rules, strict=False))
    return Contents(payment, asks, found.row.run_id or "", REASON_LEAST)


def _asked(text: Pair, rule: Rule | None) -> Asked:
    return Asked(text, rule.title if rule else ("", ""), rule.steps if rule else ())
