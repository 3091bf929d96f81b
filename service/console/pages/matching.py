"""Who is who: how departments' lists were matched with the register, by list and by place."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.console.page import Page
from service.console.pages._matching import status_of
from service.console.visit import Sent, Visit, sent, visit
from service.store.match_runs import MatchRun
from service.work.matching.ask import ask, recent_runs
from service.work.matching.errors import MatchingError
from service.work.matching.summary import Counted, Summary, summary
from service.work.matching.words import source_word

SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list: what it is called (Chinese, English), how it writes itself, its rows by what stands of them."""

    name: tuple[str, str]
    source: str
    counted: Counted


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `told`: counts in the divisions of whoever looks, the newest run, one that waits, one that failed since
    * `lists`: the same by list; `runs`: earlier runs, newest first
    * `may_ask`: whether whoever looks may have the lists matched now
    """

    told: Summary
    lists: tuple[ListLine, ...]
    runs: tuple[MatchRun, ...]
    may_ask: bool


_AT: Final = dt.datetime(2019, 7, 1, 20, tzinfo=dt.UTC)
_RUN: Final = MatchRun(
    3, "mingbai", _AT, "night", "done", _AT, 812, 0.9, 0.1, 626, 518, 5, 103, 24_000, 9_312, 4, 11, 518, 0, 2, _AT, None
)
_NOTHING: Final = dict.fromkeys(set(MatchRun.__dataclass_fields__) - {"run_id", "asked_by", "asked_at", "why", "state"})
_WAITS: Final = MatchRun(**_NOTHING, run_id=4, asked_by="wang.wei", asked_at=_AT, why="asked", state="waiting")
_FAILED: Final = replace(
    _WAITS,
    run_id=2,
    state="failed",
    why="lines",
    problem=("名单和登记超出可用内存", "The lists do not fit into memory"),
)
_CIVIL: Final = Counted("civil_affairs", "", 312, 4, 61)

PAGE: Final = Page(
    "matching",
    Contents(
        Summary(
            _RUN, _WAITS, _FAILED, Counted("", "", 518, 5, 103), (_CIVIL,),
            (Counted("青山镇", "519921100000", 401, 5, 80), Counted("", "", 0, 0, 23)),
            {"same": 40, "different": 6, "unclear": 2}, 200, 48,
        ),
        (ListLine(("民政", "civil affairs"), "civil_affairs", _CIVIL),),
        (_WAITS, _RUN, _FAILED),
        True,
    ),
    "matching.read",
    nav="matching",
)  # fmt: skip
router: Final = APIRouter()


@router.get("/matching")
def show(visitor: Annotated[Visit, Depends(visit("matching.read"))]) -> Response:
    """How the lists were matched."""
    return visitor.page(PAGE, _contents(visitor))


@router.post("/matching/run")
def run(form: Annotated[Sent, Depends(sent("matching.manage"))]) -> Response:
    """Have them matched now."""
    visitor = form.visit
    try:
        ask(visitor.context, visitor.principal)
    except MatchingError as error:
        form.refused()
        problem = (error.chinese, str(error))
        return visitor.page(PAGE, _contents(visitor), status=status_of(error), problem=problem)
    return form.done("/matching", "asked")


def _contents(visitor: Visit) -> Contents:
    who = visitor.principal
    told = summary(visitor.context, who)
    lists = tuple(ListLine(source_word(one.name), one.name, one) for one in told.lists)
    runs = tuple(recent_runs(visitor.context, SHOWN))
    return Contents(told, lists, runs, who.may("matching.manage") and who.sees_everywhere)
