"""Replay of one rule with other thresholds: what it would have asked, how right, and what load it would cause."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from service.api.problem import Problem
from service.console.drawings.intervals import Interval
from service.console.drawings.lines import Chart, Series
from service.console.page import Page
from service.console.pages._studies import day_of, whole
from service.console.visit import Sent, Visit, sent, visit
from service.console.words import Words
from service.store.studies import Study
from service.work.errors import WorkError
from service.work.rule_pages.move import replays_of
from service.work.rule_pages.one_rule import OneRule, Setting, one_rule
from service.work.rule_pages.replay_told import Both, DeskLoad, Known, QueueTold, ReplayTold, replay_told
from service.work.studies.ask import ask_replay, read_study
from service.work.studies.errors import StudyError


@dataclass(frozen=True, slots=True)
class Asked:
    """A replay that was asked for; `problem` why it could not be made, (Chinese, English)."""

    study_id: int
    state: str
    by: str
    at: dt.datetime
    changed: tuple[tuple[str, str], ...]
    problem: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Contents:
    """The form and, where one was chosen, what a replay found.

    * `settings`: thresholds of the rule; `earlier`: replays of it, newest first
    * `chosen`: the replay shown; `told` its figures once it is done
    * `shares`, `monthly`, `loads`: drawn from the figures
    """

    code: str
    title: tuple[str, str]
    settings: tuple[Setting, ...]
    earlier: tuple[Asked, ...]
    chosen: Asked | None
    told: ReplayTold | None
    shares: tuple[Interval, ...] = ()
    monthly: Chart | None = None
    loads: tuple[Chart, ...] = ()


_AT: Final = dt.datetime(2019, 7, 1, 1, tzinfo=dt.UTC)
_KNOWN: Final = Known(31, 12, 3, 1, 15, 0.8, 0.55, 0.93, 2)
_ASKED: Final = Asked(7, "done", "wang.wei", _AT, (("T01.months_after_death", "2.0"),), None)
EXAMPLE: Final = Contents(
    "T01.paid_after_death",
    ("死亡后仍发放", "Paid after death"),
    (Setting("T01.months_after_death", ("死亡当月之后的整月数", "Whole months"), 1.0, 1.0),),
    (_ASKED, Asked(6, "failed", "wang.wei", _AT, (), ("该时段没有发放明细", "nothing was submitted in that range"))),
    _ASKED,
    ReplayTold(
        "2018-07-01", "2019-06-30", 0, 60_000, (("T01.months_after_death", 1.0, 2.0),), ("civil_events",),
        Both(31, 24), Both(4, 4), Both(2, 2), 0, 7, 24 / 31, (("before", _KNOWN), ("lost", _KNOWN)),
        (("2019-05", Both(9, 7)), ("2019-06", Both(22, 17))), (("519921", Both(31, 24)),),
        QueueTold(
            "2019-07-01-abc", 120, 113, 0, 7, 2,
            (DeskLoad("department", ("2019-05", "2019-06"), (30, 44), (28, 39), 40, 1, 0),),
        ),
        "0123456789abcdef",
    ),
    (Interval("调整前", 0.8, 0.55, 0.93, 15),),
    Chart("每月提示", ("2019-05", "2019-06"), (Series("调整前", (9.0, 22.0)), Series("调整后", (7.0, 17.0)))),
    (Chart("每月核查件", ("2019-05", "2019-06"), (Series("调整前", (30.0, 44.0)),), "number", 40.0, "核查力量"),),
)  # fmt: skip

PAGE: Final = Page("rule_replay", EXAMPLE, "models.read", nav="rules")
router: Final = APIRouter()


@router.get("/rules/{code}/replay")
def show(
    visitor: Annotated[Visit, Depends(visit("models.read"))],
    code: str,
    study: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> Response:
    """The form, and the replay of a number."""
    return visitor.page(PAGE, _contents(visitor, code, study))


@router.post("/rules/{code}/replay/ask")
def ask(form: Annotated[Sent, Depends(sent("models.manage"))], code: str) -> Response:
    """Ask for a replay."""
    visitor = form.visit
    rule = _rule(visitor, code)
    try:
        number = ask_replay(
            visitor.context,
            visitor.principal,
            code=code,
            settings={one.name: form.get(one.name) for one in rule.settings},
            first=day_of(form.get("first")),
            last=day_of(form.get("last")),
            days_after=whole(form.get("days_after"), 0),
            with_queue=form.get("queue") == "1",
        )
    except WorkError as error:
        form.refused()
        problem = (error.chinese, str(error))
        contents = _contents(visitor, code, 0)
        return visitor.page(PAGE, contents, status=422, problem=problem, entered=form.fields)
    return form.done(f"/rules/{code}/replay?study={number}", "asked")


def _rule(visitor: Visit, code: str) -> OneRule:
    found = one_rule(visitor.context, code)
    if found is None:
        raise Problem(404, "not-found", "Nothing here", ("There is no such rule.", "没有该规则。"))
    return found


def _contents(visitor: Visit, code: str, study: int) -> Contents:
    rule = _rule(visitor, code)
    chosen, told = None, None
    if study > 0:
        try:
            one = read_study(visitor.context, study, "replay")
        except StudyError as error:
            raise Problem(404, "not-found", "Nothing here", (str(error), error.chinese)) from error
        if one.about != code:
            raise Problem(
                404, "not-found", "Nothing here", ("That replay is of another rule.", "该回放属于另一条规则。")
            )
        chosen = _asked(one)
        told = replay_told(one.result, code) if one.result else None
    t = Words(PAGE.name, visitor.language)
    return Contents(
        code,
        rule.line.title,
        rule.settings,
        tuple(_asked(one) for one in replays_of(visitor.context, code)),
        chosen,
        told,
        _shares(told, t),
        _monthly(told, t),
        _loads(told, t),
    )


def _asked(study: Study) -> Asked:
    changed = tuple((name, str(value)) for name, value in study.arguments["settings"].items())
    return Asked(study.study_id, study.state, study.asked_by, study.asked_at, changed, study.problem)


def _shares(told: ReplayTold | None, t: Words) -> tuple[Interval, ...]:
    if told is None:
        return ()
    return tuple(
        Interval(
            t(f"of_{name}"), one.precision, one.low, one.high, one.confirmed + one.cleared,
            t("of_payments", n=f"{one.payments:,}", random=one.random),
        )
        for name, one in told.known
    )  # fmt: skip


def _monthly(told: ReplayTold | None, t: Words) -> Chart | None:
    if told is None or len(told.months) < 2:
        return None
    return Chart(
        t("monthly"),
        tuple(month for month, _ in told.months),
        (
            Series(t("of_before"), tuple(float(one.before) for _, one in told.months)),
            Series(t("of_after"), tuple(float(one.after) for _, one in told.months)),
        ),
    )


def _loads(told: ReplayTold | None, t: Words) -> tuple[Chart, ...]:
    if told is None or told.queue is None:
        return ()
    return tuple(
        Chart(
            t("load_of", desk=t(f"desk_{load.desk}")), load.months,
            (
                Series(t("of_before"), tuple(float(n) for n in load.before)),
                Series(t("of_after"), tuple(float(n) for n in load.after)),
            ),
            "number", float(load.capacity), t("capacity", n=load.capacity),
        )
        for load in told.queue.loads
    )  # fmt: skip
