"""Decision lines: what the review says of each, and setting them for this deployment."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.console.page import Page
from service.console.pages._matching import status_of
from service.console.visit import Sent, Visit, sent, visit
from service.store.match_lines import Lines
from service.work.matching.errors import MatchingError
from service.work.matching.lines import REASON_LEAST, LinesTold, set_lines, told_lines

if TYPE_CHECKING:
    from features.matching.estimate import Share


@dataclass(frozen=True, slots=True)
class Known:
    """A share with its interval; `value` None where nobody looked."""

    value: float | None
    low: float
    high: float
    verdicts: int


@dataclass(frozen=True, slots=True)
class LineTold:
    """A line and what it would do: see `service.work.matching.lines.Candidate`."""

    line: float
    links: int
    precision: Known
    recall: Known
    enough: bool
    more: int
    in_force: bool
    of_policy: bool


@dataclass(frozen=True, slots=True)
class StratumTold:
    """A stretch of probability: pairs in it, looked at, right."""

    low: float
    high: float
    pairs: int
    looked: int
    right: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `same`, `none`: the lines in force; `policy_same`, `policy_none`: the policy's
    * `set_by`, `set_at`: who set them, empty and None where the policy's hold
    * `lines`: candidates; `strata`: what was looked at; `verdicts`: answers behind it all; `unsure`: rows between
    * `reason_least`: characters a reason has at least; `may_set`: whether whoever looks may set them
    """

    same: float
    none: float
    policy_same: float
    policy_none: float
    set_by: str
    set_at: dt.datetime | None
    lines: tuple[LineTold, ...]
    strata: tuple[StratumTold, ...]
    verdicts: int
    unsure: int
    reason_least: int
    may_set: bool


_NOBODY: Final = Known(None, 0.0, 1.0, 0)
_SURE: Final = Known(0.9921, 0.9711, 0.998, 96)

PAGE: Final = Page(
    "matching_lines",
    Contents(
        0.9, 0.1, 0.9, 0.1, "wang.wei", dt.datetime(2019, 7, 1, 1, tzinfo=dt.UTC),
        (
            LineTold(0.7, 527, Known(0.981, 0.95, 0.993, 104), Known(0.999, 0.97, 1.0, 98), False, 9, False, False),
            LineTold(0.9, 518, _SURE, Known(0.985, 0.95, 0.996, 98), True, 0, True, True),
            LineTold(0.99, 500, _NOBODY, _NOBODY, False, -18, False, False),
        ),
        (StratumTold(0.5, 0.7, 4, 2, 1), StratumTold(0.99999, 1.0, 490, 40, 40)),
        104, 5, REASON_LEAST, True,
    ),
    "matching.read",
    nav="matching",
)  # fmt: skip
router: Final = APIRouter()


@router.get("/matching/lines")
def show(visitor: Annotated[Visit, Depends(visit("matching.read"))]) -> Response:
    """What the review says."""
    return visitor.page(PAGE, _contents(visitor))


@router.post("/matching/lines/set")
def set_both(form: Annotated[Sent, Depends(sent("matching.manage"))]) -> Response:
    """Set the lines."""
    visitor = form.visit
    try:
        same, none = _share(form.get("same")), _share(form.get("none"))
        set_lines(visitor.context, visitor.principal, same, none, form.get("why"))
    except MatchingError as error:
        form.refused()
        entered = {name: form.get(name) for name in ("same", "none", "why")}
        problem = (error.chinese, str(error))
        return visitor.page(PAGE, _contents(visitor), status=status_of(error), problem=problem, entered=entered)
    return form.done("/matching/lines", "lines_set")


def _share(text: str) -> float:
    """A share as it was typed; what is none is out of bounds, and refused as such."""
    try:
        value = float(text)
    except ValueError:
        return -1.0
    return value if math.isfinite(value) else -1.0


def _contents(visitor: Visit) -> Contents:
    who = visitor.principal
    told = told_lines(visitor.context, who)
    return _from(told, told.standing, who.may("matching.manage") and who.sees_everywhere)


def _from(told: LinesTold, standing: Lines | None, may_set: bool) -> Contents:
    lines = tuple(
        LineTold(
            one.estimate.line, one.estimate.links, _known(one.estimate.precision), _known(one.estimate.recall),
            one.estimate.enough, one.more, one.in_force, one.of_policy,
        )
        for one in told.candidates
    )  # fmt: skip
    strata = tuple(StratumTold(one.low, one.high, one.pairs, one.looked, one.right) for one in told.strata)
    return Contents(
        told.same, told.none, told.policy_same, told.policy_none, standing.set_by if standing else "",
        standing.set_at if standing else None, lines, strata, told.verdicts, told.unsure, REASON_LEAST, may_set,
    )  # fmt: skip


def _known(share: Share) -> Known:
    return Known(share.value, share.low, share.high, share.verdicts)
