"""One rule: what it asks and why, what it cannot see, what it read, how it does here, and its life."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.api.problem import Problem
from service.console.drawings.lines import Chart, Series
from service.console.page import Page
from service.console.visit import Sent, Visit, sent, visit
from service.work.errors import WorkError
from service.work.rule_pages.figures import Figures, Reviewed
from service.work.rule_pages.listed import RuleLine
from service.work.rule_pages.move import move_rule, replays_of
from service.work.rule_pages.one_rule import Move, OneRule, Reads, Setting, Step, one_rule

MONTHS: Final = 24


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay of this rule that may be given as evidence: number, when, by whom."""

    study_id: int
    at: dt.datetime
    by: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The rule.

    * `rule`: everything of its own file, its life, and what the newest review says
    * `monthly`: share of payments it asked about, by month; None without a review
    * `replays`: those that were answered, newest first
    """

    rule: OneRule
    monthly: Chart | None
    replays: tuple[Replay, ...]


_AT: Final = dt.datetime(2019, 7, 1, 1, tzinfo=dt.UTC)
_FIGURES: Final = Figures(31, (3, 9, 19), 4, 2, 12, 3, 1, 2, 14, 0.78, 0.52, 0.92, ())
_REVIEW: Final = Reviewed(
    _AT, "2019-04-01", "2019-06-30", 60_000, ("2019-04", "2019-05", "2019-06"), (20_000, 20_000, 20_000), {}
)
EXAMPLE: Final = Contents(
    OneRule(
        RuleLine(
            "T01.paid_after_death", "T01", ("死亡后仍发放", "Paid after death"), "department", "high", "household",
            "live", False, ("matched_events",), _FIGURES,
        ),
        ("登记死亡当月之后，限本人享受的项目仍发放了数月。", "A person-bound item was paid for months after a death."),
        ("本人去世后，限本人享受的项目仍在发放。", "A person-bound item goes on after the person has died."),
        ("死亡已登记，距死亡{days_paid_after_death}天", "{days_paid_after_death} days after a death on record"),
        ("", ""),
        ("无人登记的死亡", "deaths nobody recorded"),
        (("核对死亡登记来源", "Read the death record and its source"),),
        (
            ("fired", ("养老补贴，死亡登记三个月后仍发放", "pension, three months after the death")),
            ("quiet", ("死亡当月", "died in the month being paid")),
            ("explained", ("仅有村级证明", "only the village says so")),
        ),
        (("仅来自村级证明", "rests on a paper of the village alone"),),
        "days_paid_after_death > 0",
        (Reads("days_paid_after_death", ("死亡后天数", "days after death"), "days", "none", ("civil_events",), ()),),
        (Setting("T01.months_after_death", ("死亡当月之后的整月数", "Whole months"), 2.0, 1.0),),
        "",
        (Step(_AT, "move", "shadow", "live", "wang.wei", "li.na", "影子运行期间查实较多", "0123456789abcdef"),),
        (Move("retired", 2, False, False, "li.na"), Move("shadow", 2, True, True, "")),
        _REVIEW,
        None,
    ),
    Chart("每月提示的明细占比", _REVIEW.months, (Series("提示", (0.001, 0.002, 0.001)),), "share"),
    (Replay(7, _AT, "wang.wei"),),
)  # fmt: skip

PAGE: Final = Page("rule", EXAMPLE, "models.read", nav="rules")
router: Final = APIRouter()


@router.get("/rules/{code}")
def show(visitor: Annotated[Visit, Depends(visit("models.read"))], code: str) -> Response:
    """One rule."""
    return visitor.page(PAGE, _contents(visitor, code))


@router.post("/rules/{code}/move")
def move(form: Annotated[Sent, Depends(sent("models.manage"))], code: str) -> Response:
    """Move the rule, or propose the move where it takes two people."""
    visitor, replay = form.visit, form.get("replay")
    try:
        done = move_rule(
            visitor.context,
            visitor.principal,
            code,
            form.get("after"),
            form.get("why"),
            int(replay) if re.fullmatch(r"[0-9]{1,15}", replay) else None,
        )
    except WorkError as error:
        form.refused()
        entered = {"why": form.get("why"), "after": form.get("after"), "replay": replay}
        problem = (error.chinese, str(error))
        return visitor.page(PAGE, _contents(visitor, code), status=409, problem=problem, entered=entered)
    return form.done(f"/rules/{code}", "proposed" if done.kind == "proposal" else "moved")


def _contents(visitor: Visit, code: str) -> Contents:
    found = one_rule(visitor.context, code)
    if found is None:
        raise Problem(404, "not-found", "Nothing here", ("There is no such rule.", "没有该规则。"))
    replays = tuple(
        Replay(one.study_id, one.done_at, one.asked_by)
        for one in replays_of(visitor.context, code)
        if one.state == "done" and one.done_at is not None
    )
    return Contents(found, _monthly(visitor, found), replays)


def _monthly(visitor: Visit, found: OneRule) -> Chart | None:
    review, figures = found.review, found.line.figures
    if review is None or figures is None or len(review.months) < 2:
        return None
    shares = tuple(
        hits / rows if rows else None for hits, rows in zip(figures.by_month, review.payments_by_month, strict=True)
    )
    chinese = visitor.language == "zh"
    return Chart(
        "每月被提示的明细占比" if chinese else "Share of payments it asked about, by month",
        review.months[-MONTHS:],
        (Series("提示占比" if chinese else "Share asked about", shares[-MONTHS:]),),
        "share",
    )
