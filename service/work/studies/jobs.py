"""Jobs of studies: answer what was asked for, and review the rules every night."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from service.store import facts, jobs, studies
from service.store.database import DatabaseError
from service.store.studies import Study
from service.work.context import Context
from service.work.errors import WorkError
from service.work.jobs import Handler, Hold, Lost, WithEnd
from service.work.queue.working_days import local_day, zone
from service.work.studies.answers import ANSWERS
from service.work.studies.ask import JOB

_LOG = logging.getLogger("mingbai.studies")

NIGHTLY: Final = "review_rules"
AT_NIGHT: Final = dt.time(3, 30)
"""Local time, behind the refresh of the queue: both open all facts."""
KEPT: Final = dt.timedelta(days=62)
"""How long reviews of the night are kept; those somebody asked for stay."""
SERVICE: Final = "mingbai"

NOTHING: Final = (
    "尚未报送补贴项目、人员或发放明细等必需数据，无从测算。",
    "Tables that are required were not handed over yet: there is nothing to study.",
)
DIED: Final = (
    "测算过程多次中断（可能内存不足），已放弃。",
    "The study was given up: its worker died again and again, perhaps for lack of memory.",
)


def answer_study(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: answer one study and keep the answer. Begun again it answers anew, and what was kept first stays."""
    with context.database.read() as connection:
        study = studies.get(connection, int(arguments["study"]))
    if study is not None and study.state == "waiting":
        _answer(context, study, hold)


def review_rules(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: see how every rule does, every night. Without facts there is nothing to see, and a review that was made
    a moment ago is not made again."""
    now = context.clock.now()
    with context.database.write() as connection:
        jobs.add(connection, NIGHTLY, {}, _next_night(context), name=NIGHTLY)
        studies.forget(connection, "rules", SERVICE, now - KEPT)
        newest = studies.newest(connection, "rules")
        fresh = newest is not None and newest.asked_at > now - dt.timedelta(hours=12)
        if fresh or facts.last_seq(connection) == 0:
            return
        number = studies.add(connection, "rules", "", SERVICE, now, {})
        study = studies.get(connection, number)
    assert study is not None  # noqa: S101 - added in the same transaction
    _answer(context, study, hold)


def begin_recurring(context: Context) -> None:
    """See that the next review is waiting: of the coming night, or now where none was ever made."""
    with context.database.write() as connection:
        never = studies.newest(connection, "rules") is None
        due = context.clock.now() if never else _next_night(context)
        jobs.add(connection, NIGHTLY, {}, due, name=NIGHTLY)


def _next_night(context: Context) -> dt.datetime:
    now = context.clock.now()
    at = dt.datetime.combine(local_day(context, now), AT_NIGHT, zone(context))
    return at if at > now else at + dt.timedelta(days=1)


def _answer(context: Context, study: Study, hold: Hold) -> None:
    from models.scoring._workers import in_this_process
    from service.work.runs.alive import alive
    from service.work.runs.scorer_here import scorer_here

    now = context.clock.now()
    try:
        with alive(hold), in_this_process():
            history = scorer_here(context).history
            if history.lacking or history.ledger.tables["disbursements"].rows == 0:
                _fail(context, study, NOTHING)
                return
            result = ANSWERS[study.kind](context, history.ledger, study.about, study.arguments, now)
    except WorkError as error:
        _fail(context, study, (error.chinese or str(error), str(error)))
        return
    except (SQLAlchemyError, DatabaseError, Lost):
        raise
    except Exception as error:  # Asked for again it would fail again: whoever asked is told.
        _LOG.error("study %d (%s) failed with %s", study.study_id, study.kind, type(error).__name__)
        _fail(context, study, ("测算失败，请将编号告知管理员。", "The study failed: tell an administrator its number."))
        return
    hold.renew()
    with context.database.write() as connection:
        studies.keep(connection, study.study_id, context.clock.now(), result)


def _fail(context: Context, study: Study, why: tuple[str, str]) -> None:
    with context.database.write() as connection:
        studies.fail(connection, study.study_id, context.clock.now(), why)


def _given_up(context: Context, connection: Connection, arguments: Mapping[str, Any]) -> None:
    studies.fail(connection, int(arguments["study"]), context.clock.now(), DIED)


JOBS: Final[dict[str, Handler]] = {JOB: WithEnd(answer_study, _given_up), NIGHTLY: review_rules}
"""Kinds of jobs of this package and what does them."""
