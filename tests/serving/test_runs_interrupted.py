"""Runs that are cancelled, broken off, given to another worker or held up by the clock: the same results, none missing,
none twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sqlalchemy import func, select

from service.clock import SetClock
from service.store import jobs, outbox, run_rows
from service.store.fact_keys import FACT_KEYS
from service.store.run_rows import RUN_PIECES, RUN_ROWS
from service.store.scores import SCORES
from service.store.verifications import VERIFICATIONS
from service.work.context import Context
from service.work.jobs import HOLD, STALLS, Lost, work_once
from service.work.runs import read_rows, score_rows, score_run, spool
from service.work.runs.jobs import JOBS
from service.work.runs.send import SCORE
from service.work.scoring.kept import keep as kept_scores
from tests.serving.conftest import Signed
from tests.serving.run_help import BEFORE, LAST, LATER, Handlers, Runs, as_csv, invented, scores_by_id, send, work


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The county."""
    return invented(tmp_path_factory)


@pytest.fixture(autouse=True)
def small_pieces(clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eleven payments in four pieces, each scored on its own."""
    clock.at = LATER
    monkeypatch.setattr(read_rows, "PIECE", 3)
    monkeypatch.setattr(score_rows, "TOGETHER", 3)


class Crash(BaseException):
    """As if the process had ended: nothing catches it."""


def count(context: Context, what: Any, *conditions: Any) -> int:
    """Rows of a table."""
    with context.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(what).where(*conditions)).scalar_one())


def crashing(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, at: int) -> None:
    """Let the process end just before or after the call number `at` of a function: even numbers after, odd before."""
    original: Callable[..., Any] = getattr(module, name)
    calls = 0

    def called(*arguments: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at // 2 + 1 and at % 2:
            raise Crash
        found = original(*arguments, **more)
        if calls == at // 2 + 1:
            raise Crash
        return found

    monkeypatch.setattr(module, name, called)


POINTS = [
    *((read_rows, "accept", at) for at in (0, 3, 4)),
    (run_rows, "mark", 2),
    (spool, "remove", 1),
    (run_rows, "mark", 5),
    *((score_rows, "keep", at) for at in (0, 3, 6)),
    *((score_rows, "ask", at) for at in (1, 6)),
    *((run_rows, "keep_results", at) for at in (1, 4)),
    (outbox, "add", 1),
    (score_run, "record", 0),
]


@pytest.mark.slow
@pytest.mark.parametrize("point", range(0, len(POINTS), 2))
def test_a_worker_that_dies_at_any_step_leaves_a_run_another_ends_the_same(
    context: Context,
    clock: SetClock,
    signed_in: Signed,
    runs: Runs,
    monkeypatch: pytest.MonkeyPatch,
    point: int,
) -> None:
    """It dies twice, at one step and the next of the list; a third worker ends it: equal scores, nothing double."""
    runs.put_on_record(context, but=[LAST])
    system = signed_in("disbursement_system")
    before = count(context, FACT_KEYS)
    run = send(system, as_csv(runs.of(LAST)))["run"]
    for module, name, at in POINTS[point : point + 2]:
        with monkeypatch.context() as patched:
            crashing(patched, module, name, at)
            with pytest.raises(Crash):
                work(context, worker="dies")
        work(context, worker="too early")
        assert system.get(f"/v1/runs/{run}").json()["state"] in ("reading", "scoring")
        clock.move(seconds=HOLD.total_seconds() + 1)
    work(context, worker="ends it")
    told = system.get(f"/v1/runs/{run}").json()
    rows = runs.of(LAST).num_rows
    assert told["state"] == "scored"
    assert told["progress"] == {
        "rows_read": rows,
        "rows_repeated": 0,
        "rows_quarantined": 0,
        "rows": rows,
        "rows_scored": rows,
    }
    assert [row["score"] for row in scores_by_id(system, run)] == [row["score"] for row in runs.expected(LAST)]
    assert count(context, FACT_KEYS) == before + rows
    assert count(context, SCORES) == count(context, RUN_ROWS) == rows
    assert count(context, VERIFICATIONS) == 1
    assert count(context, RUN_PIECES) == 8


def test_the_scoring_is_cancelled_and_taken_up_where_it_stopped(
    context: Context, signed_in: Signed, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was scored stays, nothing more is, and no payment is touched; `resume` does the rest and nothing twice."""
    runs.put_on_record(context, but=[LAST])
    system = signed_in("disbursement_system")
    run = send(system, as_csv(runs.of(LAST)))["run"]
    kept = kept_scores

    def cancelled_after(*arguments: Any, **more: Any) -> None:
        kept(*arguments, **more)
        pieces.append(1)

    pieces: list[int] = []
    scored = score_rows._score

    def scoring(*arguments: Any) -> Any:
        found = scored(*arguments)
        if len(pieces) == 2:
            assert system.post(f"/v1/runs/{run}/cancel").json()["state"] == "cancelled"
        return found

    monkeypatch.setattr(score_rows, "keep", cancelled_after)
    monkeypatch.setattr(score_rows, "_score", scoring)
    work(context)
    told = system.get(f"/v1/runs/{run}").json()
    assert (told["state"], told["progress"]["rows_scored"], told["lists"]) == ("cancelled", 6, None)
    assert len(scores_by_id(system, run)) == 6
    assert system.post(f"/v1/runs/{run}/cancel").status_code == 200
    monkeypatch.setattr(score_rows, "_score", scored)
    assert system.post(f"/v1/runs/{run}/resume").json()["state"] == "scoring"
    assert system.post(f"/v1/runs/{run}/resume").status_code == 202
    work(context)
    assert system.get(f"/v1/runs/{run}").json()["state"] == "scored"
    assert len(pieces) == 4
    assert [row["score"] for row in scores_by_id(system, run)] == [row["score"] for row in runs.expected(LAST)]


def test_a_worker_that_lost_its_job_keeps_nothing_more(
    context: Context, clock: SetClock, signed_in: Signed, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It slept while another took its job and ended the run: its own pieces are thrown away."""
    runs.put_on_record(context, but=[LAST])
    system = signed_in("disbursement_system")
    run = send(system, as_csv(runs.of(LAST)))["run"]
    scored = score_rows._score
    slept: list[int] = []

    def sleeping(*arguments: Any) -> Any:
        found = scored(*arguments)
        if not slept:
            slept.append(1)
            clock.move(seconds=HOLD.total_seconds() + 1)
            monkeypatch.setattr(score_rows, "_score", scored)
            work(context, worker="second")
            assert system.get(f"/v1/runs/{run}").json()["state"] == "scored"
        return found

    monkeypatch.setattr(score_rows, "_score", sleeping)
    handlers = Handlers()
    while work_once(context, handlers, "first"):
        pass
    assert slept
    assert [type(error) for error in handlers.raised] == [Lost]
    assert count(context, SCORES) == runs.of(LAST).num_rows
    assert count(context, RUN_PIECES) == 8
    assert [row["score"] for row in scores_by_id(system, run)] == [row["score"] for row in runs.expected(LAST)]


def test_cancelled_and_resumed_at_once_two_workers_do_nothing_twice(
    context: Context, signed_in: Signed, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first still scores a piece when a second has taken the resumed run and ended it: nobody fails."""
    runs.put_on_record(context, but=[LAST])
    system = signed_in("disbursement_system")
    run = send(system, as_csv(runs.of(LAST)))["run"]
    scored = score_rows._score
    resumed: list[int] = []

    def scoring(*arguments: Any) -> Any:
        found = scored(*arguments)
        if not resumed:
            resumed.append(1)
            monkeypatch.setattr(score_rows, "_score", scored)
            for verb in ("cancel", "resume"):
                assert system.post(f"/v1/runs/{run}/{verb}").status_code in (200, 202)
            with monkeypatch.context() as patched:
                patched.setattr(score_run, "_finish", lambda *_: None)
                work(context, worker="second")
        return found

    monkeypatch.setattr(score_rows, "_score", scoring)
    work(context, worker="first")
    assert resumed
    told = system.get(f"/v1/runs/{run}").json()
    assert (told["state"], told["progress"]["rows_scored"]) == ("scored", runs.of(LAST).num_rows)
    assert count(context, SCORES) == runs.of(LAST).num_rows


def test_a_row_submitted_a_little_later_than_now_waits_alone(
    context: Context, clock: SetClock, signed_in: Signed, runs: Runs
) -> None:
    """Clocks differ: a row of an hour from now is scored in an hour; the others are not held up."""
    table = runs.of(LAST)
    soon = clock.now() + dt.timedelta(hours=1)
    moments = [soon if k == 4 else value for k, value in enumerate(table.column("submitted_at").to_pylist())]
    place = table.schema.get_field_index("submitted_at")
    table = table.set_column(place, "submitted_at", pa.array(moments, table.schema.field(place).type))
    runs.put_on_record(context, but=[LAST])
    system = signed_in("disbursement_system")
    run = send(system, as_csv(table))["run"]
    work(context)
    told = system.get(f"/v1/runs/{run}").json()
    assert (told["state"], told["progress"]["rows_scored"]) == ("scoring", table.num_rows - 1)
    clock.move(minutes=30)
    work(context)
    assert system.get(f"/v1/runs/{run}").json()["state"] == "scoring"
    clock.move(minutes=31)
    work(context)
    told = system.get(f"/v1/runs/{run}").json()
    assert (told["state"], told["progress"]["rows_scored"]) == ("scored", table.num_rows)


def test_a_job_that_breaks_off_again_and_again_fails_with_a_reason_and_can_be_resumed(
    context: Context, clock: SetClock, signed_in: Signed, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the error's text is told, which may quote a row; after it is mended `resume` ends the run."""
    runs.put_on_record(context, but=[LAST])
    system = signed_in("disbursement_system")
    run = send(system, as_csv(runs.of(LAST)))["run"]

    def breaking(*_: Any, **__: Any) -> Iterator[Any]:
        raise RuntimeError("secret of a row")

    with monkeypatch.context() as patched:
        patched.setattr(score_rows, "_score", breaking)
        for _ in range(12):
            with pytest.raises(RuntimeError):
                work(context)
            clock.move(minutes=10)
            if system.get(f"/v1/runs/{run}").json()["state"] == "failed":
                break
    answer = system.get(f"/v1/runs/{run}")
    assert answer.json()["failure"]["code"] == "broke-off"
    assert "secret" not in answer.text
    system.post(f"/v1/runs/{run}/resume")
    work(context)
    assert system.get(f"/v1/runs/{run}").json()["state"] == "scored"


def test_a_run_that_kills_its_workers_fails_with_a_reason_and_can_be_resumed(
    context: Context, clock: SetClock, signed_in: Signed, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No error is told where a process is gone, as when memory is short: the run does not wait for ever, nor do others
    behind it."""
    runs.put_on_record(context, but=[LAST])
    system = signed_in("disbursement_system")
    run = send(system, as_csv(runs.of(LAST)))["run"]

    def dying(*_: Any, **__: Any) -> Iterator[Any]:
        raise Crash

    handlers = Handlers()
    handlers[SCORE] = JOBS[SCORE]
    begun = 0
    with monkeypatch.context() as patched:
        patched.setattr(score_rows, "_score", dying)
        while system.get(f"/v1/runs/{run}").json()["state"] != "failed":
            assert begun <= 2 * STALLS
            begun += 1
            with suppress(Crash):
                while work_once(context, handlers, f"worker-{begun}"):
                    pass
            clock.move(seconds=HOLD.total_seconds() + 1)
    told = system.get(f"/v1/runs/{run}").json()
    assert told["failure"]["code"] == "broke-off"
    assert told["progress"]["rows"] == runs.of(LAST).num_rows
    assert count(context, jobs.JOBS, jobs.JOBS.c.kind == SCORE, jobs.JOBS.c.error == "worker-died") == 1
    assert count(context, outbox.OUTBOX_EVENTS, outbox.OUTBOX_EVENTS.c.type == "org.mingbai.run.failed") == 1
    system.post(f"/v1/runs/{run}/resume")
    work(context)
    assert system.get(f"/v1/runs/{run}").json()["state"] == "scored"


def test_a_payment_twice_in_a_run_is_scored_once_as_its_last_version_says(
    context: Context, signed_in: Signed, runs: Runs
) -> None:
    """A later version further down, in another piece: its amount stands, in the place of the first."""
    table = runs.of(LAST)
    first = table.slice(0, 1)
    later = first.set_column(
        first.schema.get_field_index("amount"), "amount", pc.add(first.column("amount"), 1).cast(pa.decimal128(18, 2))
    )
    moment = pc.add(first.column("submitted_at"), pa.scalar(dt.timedelta(minutes=1), pa.duration("us")))
    later = later.set_column(first.schema.get_field_index("submitted_at"), "submitted_at", moment)
    runs.put_on_record(context, but=[LAST])
    system = signed_in("disbursement_system")
    run = send(system, as_csv(pa.concat_tables([table, later, first])))["run"]
    work(context)
    told = system.get(f"/v1/runs/{run}").json()
    assert (told["progress"]["rows"], told["progress"]["rows_repeated"]) == (table.num_rows, 2)
    row = system.get(f"/v1/runs/{run}/scores").json()["items"][0]
    assert row["place"] == 1
    assert row["amount"] == str(later.column("amount")[0].as_py())


def test_a_run_told_to_lie_before_another_is_compared_with_none_after_it(
    context: Context, signed_in: Signed, runs: Runs
) -> None:
    """The first run of a program has nothing to be compared with, however often the queue turns."""
    runs.put_on_record(context, but=[BEFORE, LAST])
    system = signed_in("disbursement_system")
    run = send(system, as_csv(runs.of(LAST)))["run"]
    work(context)
    other = send(system, as_csv(runs.of(BEFORE)))["run"]
    work(context)
    assert system.get(f"/v1/runs/{run}").json()["compared_with"] is None
    assert system.get(f"/v1/runs/{other}").json()["compared_with"] == run
    with context.database.read() as connection:
        held = connection.execute(select(jobs.JOBS).where(jobs.JOBS.c.state == "working")).all()
    assert held == []
