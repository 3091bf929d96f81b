"""Job `score_run`: read a run's rows, score them, put them on lists. Begun again it goes on where it was."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from service.sealing.seal import SealError
from service.store import jobs, outbox, run_changes, run_rows, runs
from service.work.audit.record import Line, record
from service.work.jobs import ATTEMPTS, STALLS, Lost
from service.work.runs.lists import summed
from service.work.runs.read_reference import read_reference
from service.work.runs.read_rows import UnreadableError, read_upload
from service.work.runs.release_due import LISTS
from service.work.runs.score_rows import LackingError, NotYetError, score_rows
from service.work.runs.send import SCORE, UPLOAD_LOST
from service.work.runs.steps import StoppedError, begin_step

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from service.work.context import Context
    from service.work.jobs import Hold

_LOG = logging.getLogger("mingbai.runs")

AGAIN: Final = dt.timedelta(minutes=1)
"""When a run is looked at again whose rows wait for their moment."""


def score_run(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """Do what is left of a run: `arguments` is `{"run": number}`.

    What cannot be mended by trying again ends in the state `failed` with a reason; anything else is raised, so that
    the job comes back, and at its last attempt fails too. Rows that are done stay done.
    """
    number = int(arguments["run"])
    try:
        _work(context, number, hold)
    except StoppedError:
        _LOG.info("run %d is not to be worked on: cancelled, or done by another", number)
    except NotYetError:
        with context.database.write() as connection:
            jobs.add(connection, SCORE, {"run": number}, context.clock.now() + AGAIN, name=f"{SCORE}:{number}")
    except UnreadableError as error:
        _fail(context, number, "unreadable", error.english, error.chinese, hold)
    except LackingError as error:
        names = ", ".join(error.tables)
        english = f"Nothing can be scored before rows of {names} are on record. Send them, then resume the run."
        _fail(context, number, "tables-missing", english, f"缺少必备数据表 {names}，请先报送后再继续。", hold)
    except (SealError, FileNotFoundError):
        english = "The upload was lost or changed on this machine's disk. Send it again: the run goes on with it."
        _fail(context, number, UPLOAD_LOST, english, "上传文件已丢失或损坏；请重新提交相同文件，批次将继续。", hold)
    except Lost:
        raise
    except Exception as error:
        if hold.job.attempts >= ATTEMPTS:
            english = (
                f"It broke off {ATTEMPTS} times ({type(error).__name__}). What was scored stays; resume takes it up."
            )
            _fail(
                context,
                number,
                "broke-off",
                english,
                f"多次中断（{type(error).__name__}），已评分内容保留，可继续。",
                hold,
            )
        raise


def _work(context: Context, number: int, hold: Hold) -> None:
    run = _begin(context, number, hold)
    if run.state == "reading":
        (read_reference if run.form == "reference" else read_upload)(context, run, hold)
    score_rows(context, number, hold)
    _finish(context, number, hold)


def _begin(context: Context, number: int, hold: Hold) -> Row[Any]:
    """The run in the state its work goes on in. Raises StoppedError where there is nothing to go on with."""
    with context.database.write() as connection:
        found = runs.locked(connection, number)
        if found is None or found.state not in runs.UNFINISHED:
            raise StoppedError
        if found.state == "received":
            begin_step(context, connection, number, "received", hold)
            runs.change(connection, number, state="reading")
        run = runs.one(connection, number)
    assert run is not None  # noqa: S101 - held by the transaction above
    return run


def _finish(context: Context, number: int, hold: Hold) -> None:
    """Every row is scored: the lists are there to be signed."""
    with context.database.write() as connection:
        context.database.alone(connection, LISTS)
        found = begin_step(context, connection, number, "scoring", hold)
        now = context.clock.now()
        before = runs.previous(connection, found)
        if before is not None:
            run_changes.keep(connection, number, before)
        runs.change(connection, number, state="scored", scored_at=now, compared_with=before)
        tally = run_rows.tally(connection, number)
        lists = summed(found, tally).as_document()
        data = {"run": number, "run_id": found.run_id, "lists": lists, "degraded": bool(found.degraded)}
        outbox.add(connection, "org.mingbai.run.scored", f"runs/{number}", data, now, division_code=found.division_code)
        details = {**tally.recommended, "quarantined": int(found.rows_quarantined)}
        record(
            context, connection, Line("service", "run.scored", "run", str(number), found.division_code, None, details)
        )


def _fail(context: Context, number: int, code: str, english: str, chinese: str, hold: Hold) -> None:
    """Say why it goes no further; `resume` takes it up again."""
    with context.database.write() as connection:
        if not jobs.renew(connection, hold.job, hold.worker, context.clock.now(), dt.timedelta(seconds=30)):
            raise Lost
        _keep_failed(context, connection, number, code, english, chinese)


def give_up(context: Context, connection: Connection, arguments: Mapping[str, Any]) -> None:
    """What becomes of a run whose workers died again and again, in the transaction that gives its job up."""
    english = f"Its worker ended {STALLS + 1} times without a word, as when memory is short. What was scored stays; "
    chinese = f"处理进程连续 {STALLS + 1} 次意外终止（如内存不足），已评分内容保留，可继续。"
    _keep_failed(context, connection, int(arguments["run"]), "broke-off", english + "resume takes it up.", chinese)


def _keep_failed(context: Context, connection: Connection, number: int, code: str, english: str, chinese: str) -> None:
    """A run that is not at its end is failed, with the event and the line of the log."""
    found = runs.locked(connection, number)
    if found is None or found.state not in runs.UNFINISHED:
        return
    now = context.clock.now()
    runs.change(connection, number, state="failed", failure={"code": code, "en": english, "zh": chinese})
    data = {"run": number, "run_id": found.run_id, "code": code}
    outbox.add(connection, "org.mingbai.run.failed", f"runs/{number}", data, now, division_code=found.division_code)
    details = {"code": code, "rows_scored": int(found.rows_scored)}
    record(context, connection, Line("service", "run.failed", "run", str(number), found.division_code, None, details))
