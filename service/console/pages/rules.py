"""Every rule in a line: what it asks, in which state it is, how often it asks and how often it was right here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.console.page import Page
from service.console.visit import Sent, Visit, sent, visit
from service.work.errors import WorkError
from service.work.rule_pages.figures import Figures
from service.work.rule_pages.listed import Listed, RuleLine, list_rules
from service.work.studies.ask import ask_review

DESKS: Final = ("discipline", "department", "owed")
STATES: Final = ("draft", "shadow", "live", "suspended", "retired")


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; empty for all. `off`: rules that lack tables alone."""

    text: str = ""
    typology: str = ""
    desk: str = ""
    state: str = ""
    off: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """The rules.

    * `groups`: rules by typology, in order
    * `shown`, `total`: how many are listed, of how many
    * `typologies`: codes to choose from
    * `reviewed_at`, `first`, `last`, `payments`: of the review the figures are from; None and empty without one
    * `live`, `not_live`, `off`: how many of those listed
    """

    filter: Filter
    groups: tuple[tuple[str, tuple[RuleLine, ...]], ...]
    shown: int
    total: int
    typologies: tuple[str, ...]
    reviewed_at: dt.datetime | None
    first: str
    last: str
    payments: int
    live: int
    not_live: int
    off: int
    problem: tuple[str, str] | None = None


EXAMPLE: Final = Contents(
    Filter(),
    (
        (
            "T01",
            (
                RuleLine(
                    "T01.paid_after_death", "T01", ("死亡后仍发放", "Paid after death"), "department", "high",
                    "household", "live", False, (),
                    Figures(31, (3, 9, 19), 4, 2, 12, 3, 1, 2, 14, 0.78, 0.52, 0.92, ()),
                ),
                RuleLine(
                    "T01.named_on_a_death_list", "T01", ("死亡名单上有疑似本人", "Named on a list of deaths"),
                    "department", "low", "data_error", "shadow", False, ("matched_events",), None,
                ),
            ),
        ),
    ),
    2, 109, ("T01", "T02"), dt.datetime(2019, 7, 1, 1, tzinfo=dt.UTC), "2018-07-01", "2019-06-30", 60_000, 1, 1, 1,
)  # fmt: skip

PAGE: Final = Page("rules", EXAMPLE, "models.read", nav="rules")
router: Final = APIRouter()


@router.get("/rules")
def show(
    visitor: Annotated[Visit, Depends(visit("models.read"))],
    text: str = "",
    typology: str = "",
    desk: str = "",
    state: str = "",
    off: str = "",
) -> Response:
    """The rules, narrowed by what the address says; words nobody knows narrow to nothing."""
    wanted = Filter(text[:100], typology[:8], desk[:20], state[:20], bool(off))
    return visitor.page(PAGE, _contents(visitor, wanted))


@router.post("/rules/review")
def review(form: Annotated[Sent, Depends(sent("models.manage"))]) -> Response:
    """Ask for a fresh review."""
    try:
        ask_review(form.visit.context, form.visit.principal)
    except WorkError as error:
        form.refused()
        contents = _contents(form.visit, Filter())
        return form.visit.page(PAGE, contents, status=409, problem=(error.chinese, str(error)))
    return form.done("/rules", "review_asked")


def _contents(visitor: Visit, wanted: Filter) -> Contents:
    found = list_rules(
        visitor.context,
        text=wanted.text,
        typology=wanted.typology,
        desk=wanted.desk,
        state=wanted.state,
        only_off=wanted.off,
    )
    return Contents(
        wanted,
        _grouped(found),
        len(found.rules),
        found.total,
        found.typologies,
        found.review.at if found.review else None,
        found.review.first if found.review else "",
        found.review.last if found.review else "",
        found.review.payments if found.review else 0,
        sum(rule.state == "live" for rule in found.rules),
        sum(rule.state != "live" for rule in found.rules),
        sum(bool(rule.off) for rule in found.rules),
        found.problem,
    )


def _grouped(found: Listed) -> tuple[tuple[str, tuple[RuleLine, ...]], ...]:
    names = dict.fromkeys(rule.typology for rule in found.rules)
    return tuple((name, tuple(rule for rule in found.rules if rule.typology == name)) for name in names)
