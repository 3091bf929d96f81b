"""The database, jobs and the log on both kinds of database."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, select

from service.clock import SetClock
from service.store import Database, jobs
from service.store.audit_lines import AUDIT_LINES
from service.work.audit.record import Line, hash_of, record
from service.work.context import Context
from service.work.jobs import HOLD, STALLS, Handler, Hold, Lost, WithEnd, work_once


def test_a_change_that_raises_leaves_nothing(context: Context) -> None:
    """A transaction is kept whole or not at all."""

    def change() -> None:
        with context.database.write() as connection:
            jobs.add(connection, "kind", {}, context.clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    with context.database.read() as connection:
        assert connection.execute(select(jobs.JOBS)).all() == []


def test_a_change_that_need_not_last_is_whole_and_the_next_one_lasts(context: Context) -> None:
    """It is kept whole or not at all too; and the same connection waits for the disk again afterwards."""

    def change(*, breaks: bool) -> None:
        with context.database.write(lasting=False) as connection:
            jobs.add(connection, "kind", {"breaks": breaks}, context.clock.now())
            assert waits(connection) == {"sqlite": 1, "postgresql": "off"}[context.database.kind]
            if breaks:
                raise RuntimeError

    def waits(connection: Connection) -> Any:
        asked = "PRAGMA synchronous" if context.database.kind == "sqlite" else "SHOW synchronous_commit"
        return connection.exec_driver_sql(asked).scalar_one()

    with context.database.write() as connection:
        usual = waits(connection)
    change(breaks=False)
    with pytest.raises(RuntimeError):
        change(breaks=True)
    with context.database.write() as connection:
        assert waits(connection) == usual
        assert [row.arguments for row in connection.execute(select(jobs.JOBS))] == [{"breaks": False}]
    assert usual == 2 or context.database.kind == "postgresql"


def test_a_job_is_done_once_and_kept(context: Context) -> None:
    """A job runs with its arguments, and is not due again."""
    seen: list[int] = []
    with context.database.write() as connection:
        jobs.add(connection, "count", {"n": 3}, context.clock.now())
    handlers = {"count": lambda _c, arguments, _h: seen.append(arguments["n"])}
    assert work_once(context, handlers, "a")
    assert not work_once(context, handlers, "a")
    assert seen == [3]


def test_a_job_of_a_dead_worker_goes_to_another_and_the_dead_one_may_not_finish(
    context: Context, clock: SetClock
) -> None:
    """A worker that does not renew its hold loses the job, and is told so when it wakes."""
    with context.database.write() as connection:
        jobs.add(connection, "slow", {}, clock.now())
    with context.database.write() as connection:
        first = jobs.take(connection, "one", clock.now(), HOLD)
    assert first is not None
    clock.move(seconds=HOLD.total_seconds() + 1)
    with context.database.write() as connection:
        second = jobs.take(connection, "two", clock.now(), HOLD)
    assert second is not None
    assert second.attempts == 2
    with pytest.raises(Lost):
        Hold(context, first, "one").renew()
    with context.database.write() as connection:
        assert not jobs.finish(connection, first, "one", clock.now())
        assert jobs.finish(connection, second, "two", clock.now())


def test_a_failing_job_comes_back_later_and_fails_in_the_end(context: Context, clock: SetClock) -> None:
    """Each failure waits longer; after the last attempt the job stands as failed, with the kind of error."""

    def fail(*_: object) -> None:
        raise ValueError("a message that may hold a value")

    with context.database.write() as connection:
        jobs.add(connection, "bad", {}, clock.now())
    for _ in range(8):
        assert work_once(context, {"bad": fail}, "a")
        assert not work_once(context, {"bad": fail}, "a")
        clock.move(hours=1)
    assert not work_once(context, {"bad": fail}, "a")
    with context.database.read() as connection:
        found = connection.execute(select(jobs.JOBS)).one()
    assert (found.state, found.error, found.attempts) == ("failed", "ValueError", 8)


def test_a_named_job_waits_once(context: Context) -> None:
    """Asking twice for the same work makes it once, at the earlier moment."""
    now = context.clock.now()
    with context.database.write() as connection:
        jobs.add(connection, "k", {}, now + dt.timedelta(hours=1), name="n")
        jobs.add(connection, "k", {}, now, name="n")
    with context.database.read() as connection:
        found = connection.execute(select(jobs.JOBS)).one()
    assert found.due_at == now


def test_what_is_asked_of_a_waiting_job_is_not_lost_when_a_worker_takes_it_at_that_moment(context: Context) -> None:
    """A worker that comes by before what it is asked about is kept looks too early: a job is there afterwards."""
    now = context.clock.now()
    with context.database.write() as connection:
        jobs.add(connection, "k", {}, now, name="n")
    looked: list[bool] = []
    handlers = {"k": lambda *_: looked.append(True)}
    worker = threading.Thread(target=work_once, args=(context, handlers, "w"))
    with context.database.write() as asks:
        jobs.add(asks, "k", {}, now, name="n")
        worker.start()
        # PostgreSQL lets the worker through now; on SQLite it waits for this transaction.
        worker.join(0.5)
        too_early = bool(looked)
    worker.join()
    done_after = work_once(context, handlers, "w") or (bool(looked) and not too_early)
    assert done_after


def test_log_lines_are_chained(context: Context) -> None:
    """Each line holds the hash of the one before, and its own can be made again from what is stored."""
    with context.database.write() as connection:
        record(context, connection, Line("a", "case.open", "case", "C-1"), Line("b", "case.open", "case", "C-2"))
    with context.database.write() as connection:
        record(context, connection, Line("a", "case.close", "case", "C-1", reason="没有问题", details={"n": 1}))
    with context.database.read() as connection:
        rows = [dict(row) for row in connection.execute(select(AUDIT_LINES).order_by(AUDIT_LINES.c.line)).mappings()]
    assert [row["line"] for row in rows] == [1, 2, 3]
    assert all(hash_of(row) == row["hash"] for row in rows)
    assert [row["before"] for row in rows[1:]] == [row["hash"] for row in rows[:-1]]


def test_two_writers_wait_for_each_other(database: Database, context: Context) -> None:
    """Threads that add to the log at once make one chain without a gap."""
    from concurrent.futures import ThreadPoolExecutor

    def add(n: int) -> None:
        with database.write() as connection:
            record(context, connection, Line("a", "x", "n", str(n)))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add, range(40)))
    with database.read() as connection:
        rows = connection.execute(select(AUDIT_LINES).order_by(AUDIT_LINES.c.line)).all()
    assert [row.line for row in rows] == list(range(1, 41))
    assert all(later.before == earlier.hash for earlier, later in pairwise(rows))


def _dies(connection_of: Context, clock: SetClock, name: str) -> jobs.Job | None:
    """A worker that takes what is due longest and is gone before it says anything."""
    with connection_of.database.write() as connection:
        taken = jobs.take(connection, name, clock.now(), HOLD)
    clock.move(seconds=HOLD.total_seconds() + 1)
    return taken


def test_a_job_that_kills_its_workers_is_given_up_and_lets_others_pass(context: Context, clock: SetClock) -> None:
    """No error is raised where a process is gone: after so many in a row what comes behind it gets its turn."""
    done: list[str] = []
    ended: list[Mapping[str, Any]] = []

    def end(_context: Context, _connection: Connection, arguments: Mapping[str, Any]) -> None:
        ended.append(arguments)

    handlers: dict[str, Handler] = {
        "deadly": WithEnd(lambda *_: done.append("deadly"), end),
        "behind": lambda *_: done.append("behind"),
    }
    with context.database.write() as connection:
        jobs.add(connection, "deadly", {"n": 1}, clock.now())
        jobs.add(connection, "behind", {}, clock.now())
    for n in range(STALLS + 1):
        taken = _dies(context, clock, f"worker-{n}")
        assert taken is not None
        assert (taken.kind, taken.stalls) == ("deadly", n)
    assert work_once(context, handlers, "next")
    assert work_once(context, handlers, "next")
    assert (done, ended) == (["behind"], [{"n": 1}])
    with context.database.read() as connection:
        row = connection.execute(select(jobs.JOBS).where(jobs.JOBS.c.kind == "deadly")).one()
    assert (row.state, row.error, row.held_until) == ("failed", "worker-died", None)


def test_a_step_that_is_kept_lets_a_job_go_on_however_often_its_workers_die(context: Context, clock: SetClock) -> None:
    """Holding on is no step: a job that lives long enough to say so and dies again is given up all the same."""
    with context.database.write() as connection:
        jobs.add(connection, "long", {}, clock.now())
    for n in range(3 * STALLS):
        with context.database.write() as connection:
            taken = jobs.take(connection, f"worker-{n}", clock.now(), HOLD)
            assert taken is not None
            assert taken.stalls == min(n, 1)
            assert jobs.renew(connection, taken, f"worker-{n}", clock.now(), HOLD, progress=True)
        clock.move(seconds=HOLD.total_seconds() + 1)
    for n in range(2):
        with context.database.write() as connection:
            taken = jobs.take(connection, f"other-{n}", clock.now(), HOLD)
            assert taken is not None
            assert taken.stalls == n + 1
            assert jobs.renew(connection, taken, f"other-{n}", clock.now(), HOLD)
        clock.move(seconds=HOLD.total_seconds() + 1)


def test_a_hold_of_a_clock_that_ran_ahead_keeps_nobody_off(context: Context, clock: SetClock) -> None:
    """The clock is a day ahead, a worker takes a job and dies, the clock is set right: the job does not wait a day."""
    done: list[int] = []
    with context.database.write() as connection:
        jobs.add(connection, "one", {}, clock.now())
    clock.move(days=1)
    with context.database.write() as connection:
        assert jobs.take(connection, "ahead", clock.now(), HOLD) is not None
    clock.move(days=-1)
    assert work_once(context, {"one": lambda *_: done.append(1)}, "right")
    assert done == [1]


def test_a_hold_of_a_clock_a_little_ahead_is_kept(context: Context, clock: SetClock) -> None:
    """Two machines' clocks are never quite the same: a hold that is renewed is not taken away for it."""
    with context.database.write() as connection:
        jobs.add(connection, "one", {}, clock.now())
        assert jobs.take(connection, "a little ahead", clock.now() + HOLD / 2, HOLD) is not None
    assert not work_once(context, {}, "other")


def test_what_comes_again_by_itself_leaves_no_row(context: Context, clock: SetClock) -> None:
    """A job every two seconds would be 43,200 rows a day; one that was asked for once stays for a week."""

    def again(context: Context, _arguments: Mapping[str, Any], _hold: Hold) -> None:
        with context.database.write() as connection:
            jobs.add(connection, "again", {}, context.clock.now() + dt.timedelta(seconds=2), name="again")

    with context.database.write() as connection:
        jobs.add(connection, "again", {}, clock.now(), name="again")
        jobs.add(connection, "once", {}, clock.now(), name="once:1")
    for _ in range(5):
        while work_once(context, {"again": again, "once": lambda *_: None}, "a"):
            pass
        clock.move(seconds=2)
    with context.database.read() as connection:
        left = connection.execute(select(jobs.JOBS.c.kind, jobs.JOBS.c.state)).all()
    assert sorted(tuple(row) for row in left) == [("again", "waiting"), ("once", "done")]
