"""Half a year of work in a trial: runs scored on their day, lists signed, questions answered, cases closed.

What its people find is what is true in the invented county, with the slips people make; so the share that was confirmed
means something. The service itself never reads that truth.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from service.access import Principal
from service.clock import SetClock
from service.running.handlers import all_handlers, begin_recurring
from service.store import jobs
from service.work.context import Context
from service.work.errors import WrongUsageError
from service.work.hand_over import BY_COMMAND
from service.work.jobs import work_once
from service.work.queue.assign_case import assign_waiting
from service.work.queue.close_case import close_case, countersign
from service.work.queue.closing import Closing
from service.work.queue.errors import QueueError
from service.work.queue.find_cases import Filter, find_cases
from service.work.queue.move_case import move_case
from service.work.queue.read_case import read_members
from service.work.queue.refresh_queue import ask_for_refresh
from service.work.recipients.report import Kind, report
from service.work.runs.decide import decide
from service.work.runs.errors import RunRefusedError
from service.work.runs.questions import questions_of_run
from service.work.runs.send import send_reference
from service.work.runs.sign import sign
from service.work.runs.summary import summed_up
from service.work.studies.jobs import NIGHTLY as RULE_REVIEW

if TYPE_CHECKING:
    from service.work.runs.lists import Lists

CLOSED_EACH_MONTH: Final = 5
CLOSING_ENDS: Final = dt.timedelta(days=75)
"""Before the end: what came since is still open."""
REPORTS: Final[tuple[tuple[Kind, str], ...]] = (
    ("card_held", "我的卡一直在组长那里，要了几次都没给。"),
    ("not_received", "三月的钱到现在没有到卡上。"),
)


@dataclass(frozen=True, slots=True)
class Run:
    """A payment run of the county: its id, and when its rows were submitted (UTC)."""

    run_id: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class People:
    """Who works in a trial, signed in."""

    investigator: Principal
    supervisor: Principal
    verifier: Principal


def runs_of(county: Path, since: dt.datetime) -> list[Run]:
    """Runs submitted after a moment, in order."""
    import pyarrow.parquet as pq

    rows = pq.read_table(county / "disbursements.parquet", columns=["run_id", "submitted_at"])
    groups = rows.group_by("run_id").aggregate([("submitted_at", "max")]).sort_by("submitted_at_max").to_pylist()
    found = [Run(str(row["run_id"]), dt.datetime.fromisoformat(row["submitted_at_max"])) for row in groups]
    return [run for run in found if run.at > since]


def irregular(truth: Path) -> dict[str, str]:
    """Payments that are irregular in truth, with the typologies."""
    import pyarrow.parquet as pq

    rows = pq.read_table(truth, columns=["disbursement_id", "irregular", "typologies"]).to_pylist()
    return {str(row["disbursement_id"]): str(row["typologies"]) for row in rows if row["irregular"]}


def live_through(
    context: Context,
    clock: SetClock,
    runs: list[Run],
    until: dt.datetime,
    people: People,
    truth: Mapping[str, str],
    told: Callable[[str, float], None],
) -> None:
    """Let time pass from the first run to `until`, with everything that is due on the way."""
    chance = random.Random(7)  # noqa: S311 - whom a trial's people believe is no secret
    last_week = until - dt.timedelta(days=12)
    month = None
    for place, run in enumerate(runs):
        told("the service lives through half a year", place / max(1, len(runs)))
        clock.at = max(clock.at, run.at + dt.timedelta(minutes=20))
        if month is not None and run.at.month != month:
            _work_the_queue(context, clock, people, truth, chance, close=run.at < until - CLOSING_ENDS)
        month = run.at.month
        sent = send_reference(context, BY_COMMAND, run.run_id, None)
        _do_what_is_due(context)
        if run.at < last_week:
            _look_at_run(context, people, int(sent.run.run), truth, chance)
    clock.at = max(clock.at, until)
    ask_for_refresh(context, people.supervisor)
    _do_what_is_due(context)
    assign_waiting(context, people.supervisor)
    _begin_some(context, people, chance)
    _do_what_is_due(context, at_the_end=True)


def _do_what_is_due(context: Context, *, at_the_end: bool = False) -> None:
    """Jobs that are due now, until none is. How every rule did is looked into once, at the end: what the nights before
    said of it stands nowhere."""
    begin_recurring(context)
    handlers = all_handlers()
    kinds = None if at_the_end else set(handlers.every) - {RULE_REVIEW}
    # Whatever plans itself anew is due later; a stop at many keeps a defect from turning for ever.
    for _ in range(500):
        if not work_once(context, handlers.every, "trial", kinds=kinds):
            break
    with context.database.read() as connection:
        broken = sorted({kind for kind, state in jobs.counts(connection) if state == "failed"})
    if broken:
        raise WrongUsageError(
            f"work of the trial failed ({', '.join(broken)}): this is a defect; what was logged says where",
            f"试用数据处理失败（{', '.join(broken)}），属程序缺陷，详见日志",
        )


def _look_at_run(context: Context, people: People, run: int, truth: Mapping[str, str], chance: random.Random) -> None:
    """Answer some of a run's questions, let the others release themselves, sign its lists."""
    for question in questions_of_run(context, people.verifier, run, 0, 3):
        number = str(question.row.disbursement_id)
        wrong = number in truth and chance.random() < 0.9
        outcome: Any = "correct" if wrong else "release"
        reason = "已与村、镇核对，请更正后再报" if wrong else "已与村、镇核对，情况属实"
        try:
            decide(context, people.verifier, number, outcome, reason)
        except RunRefusedError:
            continue
    lists: Lists | None = summed_up(context, people.supervisor, run)[1].lists
    if lists is not None:
        sign(context, people.supervisor, run, lists)


def _work_the_queue(
    context: Context,
    clock: SetClock,
    people: People,
    truth: Mapping[str, str],
    chance: random.Random,
    *,
    close: bool,
) -> None:
    """A month's work on cases: refreshed, given out, some looked into and closed by two people."""
    ask_for_refresh(context, people.supervisor)
    _do_what_is_due(context)
    assign_waiting(context, people.supervisor)
    if not close:
        return
    page = find_cases(context, people.supervisor, Filter(), None, 3 * CLOSED_EACH_MONTH)
    # A third of what is open: the largest cases take longer.
    for row in page.cases[2::3]:
        worker = people.investigator if row.desk == "discipline" else people.verifier
        payments = [str(one.disbursement_id) for one in read_members(context, people.supervisor, row.case_id, "", 500)]
        share = sum(one in truth for one in payments) / max(1, len(payments))
        found: Any = "confirmed" if share >= 0.3 and chance.random() < 0.95 else "cleared"
        if found == "cleared" and chance.random() < 0.15:
            found = "error"
        reason = {
            "confirmed": "经调阅原始凭证并与本人核对，情况属实",
            "cleared": "经核对，有合理解释，予以了结",
            "error": "属填报差错，已通知更正",
        }[found]
        try:
            version = int(row.version)
            if row.desk == "discipline":
                version = move_case(context, worker, row.case_id, version, "preliminary_check", "调阅凭证、走访核对")
            done = close_case(context, worker, row.case_id, version, Closing(found), reason)
            if done.waits:
                countersign(context, people.supervisor, row.case_id, done.version)
        except QueueError:
            continue
        clock.move(minutes=7)


def _begin_some(context: Context, people: People, chance: random.Random) -> None:
    """A few cases under way, so that a queue shows every state, and one closing that waits for its second person."""
    states: tuple[Any, ...] = ("with_department", "preliminary_check", "talk_by_letter", "held")
    page = find_cases(context, people.supervisor, Filter(desk="discipline"), None, 12)
    for row in page.cases[:1]:
        with suppress(QueueError):
            version = move_case(
                context, people.investigator, row.case_id, int(row.version), "preliminary_check", "调阅凭证"
            )
            reason = "经调阅凭证并与本人核对，情况属实"
            close_case(context, people.investigator, row.case_id, version, Closing("confirmed"), reason)
    for row in page.cases[1::2]:
        to = chance.choice(states)
        until = (context.clock.now() + dt.timedelta(days=30)).date() if to == "held" else None
        with suppress(QueueError):
            move_case(context, people.investigator, row.case_id, int(row.version), to, "按程序办理", until=until)


def report_something(context: Context, persons: Sequence[str]) -> None:
    """Two recipients (identity numbers) say what is wrong."""
    for number, (kind, text) in zip(persons, REPORTS, strict=False):
        who = Principal(
            0, "recipient", frozenset({"recipient"}), (), "recipient", person=context.seal.hash("person", number)
        )
        report(context, who, kind, None, text)
    _do_what_is_due(context)
