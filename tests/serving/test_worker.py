"""A worker's lanes: what is quick is not held up by what is long, and stopping gives work back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from service.running import worker as running
from service.running.handlers import Handlers
from service.running.worker import Worker
from service.store import jobs
from service.work.context import Context
from service.work.jobs import Handler, Hold, work_once


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that happens in a thread."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


def working(context: Context, handlers: dict[str, Handler]) -> tuple[Worker, threading.Thread]:
    """A worker that runs in a thread."""
    made = Worker(context, Handlers(handlers), "test")
    thread = threading.Thread(target=made.run)
    thread.start()
    return made, thread


def add(context: Context, kind: str) -> None:
    """A job that is due."""
    with context.database.write() as connection:
        jobs.add(connection, kind, {}, context.clock.now())


def test_a_long_job_holds_no_quick_one_up_and_is_given_back_on_stopping(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a run is scored deadlines are kept; asked to stop, the run goes to whoever comes next, as if not begun."""
    monkeypatch.setattr(running, "begin_recurring", lambda _: None)
    begun, done = threading.Event(), threading.Event()

    def long(_context: Context, _arguments: Mapping[str, Any], hold: Hold) -> None:
        begun.set()
        while True:
            hold.renew()
            time.sleep(0.01)

    def quick(_context: Context, _arguments: Mapping[str, Any], _hold: Hold) -> None:
        done.set()

    add(context, "score_run")
    worker, thread = working(context, {"score_run": long, "quick": quick})
    until(begun.is_set)
    add(context, "quick")
    until(done.is_set)
    worker.stop()
    thread.join(20)
    assert not thread.is_alive()
    with context.database.read() as connection:
        row = connection.execute(select(jobs.JOBS).where(jobs.JOBS.c.kind == "score_run")).one()
    assert (row.state, row.attempts, row.worker, row.held_until) == ("waiting", 0, None, None)


def test_a_database_that_is_away_is_waited_for(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker neither ends nor loses a job; it goes on when the database is back."""
    monkeypatch.setattr(running, "begin_recurring", lambda _: None)
    monkeypatch.setattr(running, "AWAY_SECONDS", 0.05)
    done = threading.Event()
    real, away = work_once, 0

    def sometimes(*arguments: Any, **more: Any) -> bool:
        nonlocal away
        if away < 5:
            away += 1
            raise OperationalError("", {}, Exception())
        return real(*arguments, **more)

    monkeypatch.setattr(running, "work_once", sometimes)
    add(context, "quick")
    worker, thread = working(context, {"quick": lambda *_: done.set()})
    until(done.is_set)
    worker.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert away == 5


def test_a_lane_that_ends_ends_the_worker(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect in a lane is not worked around: the supervisor starts a whole new process."""

    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(running, "begin_recurring", broken)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    with pytest.raises(RuntimeError, match="quick"):
        Worker(context, Handlers({"quick": broken}), "test").run()


def test_a_worker_gives_way_with_every_thread_and_process_it_begins() -> None:
    """Nicer than whoever waits for an answer, and as work that takes no processor away on waking up."""
    code = (
        "import os, threading; from service.running import worker; worker.give_way(); "
        "batch = lambda: hasattr(os, 'SCHED_BATCH') and os.sched_getscheduler(0) == os.SCHED_BATCH; "
        "tell = lambda: print(batch(), os.nice(0), flush=True); "
        "one = threading.Thread(target=tell); one.start(); one.join(); "
        "pid = os.fork(); pid or (tell(), os._exit(0)); os.waitpid(pid, 0)"
    )
    before = os.nice(0)
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    nice = min(19, before + running.NICE)
    assert done.stdout.splitlines() == [f"{sys.platform == 'linux'} {nice}"] * 2


def test_where_the_system_does_not_let_it_a_worker_works_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container may forbid to choose how processors are shared."""
    asked: list[int] = []

    def forbidden(*_: object) -> None:
        asked.append(1)
        raise PermissionError

    monkeypatch.setattr(os, "nice", lambda _: 0)
    monkeypatch.setattr(os, "sched_setscheduler", forbidden, raising=False)
    running.give_way()
    assert len(asked) == (sys.platform == "linux")
