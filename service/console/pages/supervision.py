"""The running state as it stood at any date: runs, cases, money, lateness, what was handed over, what was in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.console.page import Page
from service.console.pages._supervision import AS_OF_EXAMPLE, AsOf, as_of
from service.console.visit import Visit, visit
from service.work.funds.sums import Sum
from service.work.supervision.in_force import InForce, ModelThen, RuleThen
from service.work.supervision.state import Coverage, State, running_state

DESKS: Final = ("discipline", "department", "owed")
OPEN: Final = ("new", "with_department", "talk_by_letter", "preliminary_check", "held")


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One desk: cases that were open, closed, and all; `states` with counts, those there are."""

    desk: str
    open: int
    closed: int
    states: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """The state.

    * `state`: as the work layer tells it; `desks`: its cases by desk
    * `runs`: by state; `rules_live` of `rules_all`; `silent`: rules that were not live
    * `missing`: tables of which nothing had been handed over
    * `counted`: whether money was summed up; of an earlier day only where it was asked for
    """

    as_of: AsOf
    state: State
    desks: tuple[DeskLine, ...]
    runs: tuple[tuple[str, int], ...]
    rules_live: int
    rules_all: int
    missing: int
    counted: bool


_SUM: Final = Sum(
    "PENSION", "城乡居民养老", "人社局", None, None, 4_211, 80_000_00, 70_000_00, 69_000_00, 1_000_00, 0, 120,
    10_000_00, 3, 9, 14, 2, 31, 8_000_00, 90_000_00,
)  # fmt: skip
_MODEL: Final = ModelThen("0280d23b", "2", "2019-04-01-bbbb", "2019-04-02T01:00:00+08:00", ("li.na", "wang.wei"))
_RULE: Final = RuleThen("T01.paid_after_death", "死亡后仍发放", "Paid after death", "live", "")
EXAMPLE: Final = Contents(
    AS_OF_EXAMPLE,
    State(
        AS_OF_EXAMPLE.at, {"scored": 2, "signed": 12}, {"discipline": {"new": 3, "confirmed": 1}}, _SUM, [_SUM],
        [Coverage("persons", 6_015, AS_OF_EXAMPLE.at), Coverage("card_transactions", 0, None)],
        InForce((_MODEL,), (_RULE,)),
    ),
    (DeskLine("discipline", 3, 1, (("new", 3), ("confirmed", 1))),), (("scored", 2), ("signed", 12)), 108, 109, 1, True,
)  # fmt: skip

PAGE: Final = Page("supervision", EXAMPLE, "supervision.read", nav="supervision")
router: Final = APIRouter()


@router.get("/supervision")
def show(visitor: Annotated[Visit, Depends(visit("supervision.read"))], at: str = "", money: str = "") -> Response:
    """The running state at a date. The look is logged."""
    moment = as_of(visitor, at)
    # Of now sums are kept; of an earlier day every payment is gone through, which takes its time: only on request.
    counted = moment.is_now or bool(money)
    when = None if moment.is_now else moment.at
    state = running_state(visitor.context, visitor.principal, when, money=counted)
    rules = state.in_force.rules
    return visitor.page(
        PAGE,
        Contents(
            moment,
            state,
            tuple(_desk(desk, state.cases[desk]) for desk in DESKS if desk in state.cases),
            tuple(sorted(state.runs.items())),
            sum(rule.state == "live" for rule in rules),
            len(rules),
            sum(one.rows == 0 for one in state.coverage),
            counted,
        ),
    )


def _desk(desk: str, counted: dict[str, int]) -> DeskLine:
    still = sum(n for state, n in counted.items() if state in OPEN)
    return DeskLine(desk, still, sum(counted.values()) - still, tuple(sorted(counted.items())))
