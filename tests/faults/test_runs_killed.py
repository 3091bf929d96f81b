"""Workers of payment runs that are killed, stopped, or have no space: the same results, none missing, none twice."""

from __future__ import annotations

import random
import resource
import signal
from typing import Any

import pytest
from sqlalchemy import func, select

from service.access import Principal
from service.store.fact_keys import FACT_KEYS
from service.store.intakes import INTAKES
from service.store.outbox import OUTBOX_EVENTS
from service.store.run_rows import RUN_ROWS
from service.store.scores import SCORES
from service.store.verifications import VERIFICATIONS
from service.work.runs.results import _every_row, contract_row
from service.work.runs.spool import folder
from tests.faults.worker_help import ROWS, Home, big_run, expected, made_home, until, worker
from tests.serving.run_help import Runs, invented

pytestmark = pytest.mark.slow

EVERYBODY = Principal(1, "reader", frozenset({"disbursement_system"}), ("*",), "session")
LONG = 300.0
PAYMENTS = 881
"""Payments of the county that are on record before."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The county."""
    return invented(tmp_path_factory)


@pytest.fixture
def home(tmp_path: Any, runs: Runs) -> Home:
    """A home with the county on record."""
    found = made_home(tmp_path / "home")
    runs.put_on_record(found.context, but=[])
    return found


def count(home: Home, what: Any, *conditions: Any) -> int:
    """Rows of a table."""
    with home.context.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(what).where(*conditions)).scalar_one())


def check_whole(home: Home, number: int, wanted: list[dict[str, Any]]) -> None:
    """Every row once, in every table, and every score as scoring all at once gives it, reasons and all."""
    run = home.run(number)
    assert (run.state, run.rows_read, run.rows_taken, run.rows_scored) == ("scored", *[len(wanted)] * 3)
    assert (run.rows_quarantined, run.rows_repeated, run.spool) == (0, 0, None)
    found = [contract_row(home.context, EVERYBODY, row) for row in _every_row(home.context, EVERYBODY, number, None)]
    found = sorted(found, key=lambda row: str(row["disbursement_id"]))
    assert [row["disbursement_id"] for row in found] == [row["disbursement_id"] for row in wanted]
    other = {name for one, two in zip(found, wanted, strict=True) for name in one if one[name] != two[name]}
    assert found == wanted, sorted(other)
    assert count(home, RUN_ROWS) == count(home, SCORES) == len(wanted)
    assert count(home, FACT_KEYS, FACT_KEYS.c.table_name == "disbursements") == len(wanted) + PAYMENTS
    asked = sum(row["recommendation"] == "verify" for row in wanted)
    assert count(home, VERIFICATIONS) == asked
    assert count(home, OUTBOX_EVENTS, OUTBOX_EVENTS.c.type == "org.mingbai.run.scored") == 1
    with home.context.database.read() as connection:
        taken = connection.execute(select(INTAKES)).one()
    assert (taken.state, taken.rows_in, taken.accepted, taken.quarantined) == ("taken", len(wanted), len(wanted), 0)


def test_a_worker_killed_at_random_moments_of_a_run_changes_nothing(home: Home, runs: Runs) -> None:
    """kill -9 four times, twice while rows are read and twice while they are scored, each time somewhere else."""
    table = big_run(runs)
    number = home.send(table)
    chance = random.Random(20180227)  # noqa: S311 - moments, not secrets
    moments = sorted(chance.randrange(1, ROWS) for _ in range(2))
    killed: list[tuple[str, int]] = []

    def reached(state: str, rows: int) -> bool:
        run = home.run(number)
        done = run.rows_read if state == "reading" else run.rows_scored
        return run.state == "scored" or bool(run.state == state and done >= min(rows, ROWS - 10_000))

    for state in ("reading", "scoring"):
        for moment in moments:
            with worker(home) as process:
                until(lambda state=state, moment=moment: reached(state, moment), LONG, f"no {state}")  # type: ignore[misc]
                process.send_signal(signal.SIGKILL)
                process.wait()
            run = home.run(number)
            killed.append((run.state, run.rows_read + run.rows_scored))
            home.let_go()
    assert {state for state, _ in killed} == {"reading", "scoring"}, killed
    with worker(home):
        until(lambda: home.run(number).state == "scored", LONG, "the run did not end")
    check_whole(home, number, expected(runs, table))
    assert list(folder(home.context).iterdir()) == []


def test_a_worker_that_stood_still_while_another_ended_its_run_keeps_nothing(home: Home, runs: Runs) -> None:
    """SIGSTOP in the middle, another process takes the run and ends it, SIGCONT: no row is there twice."""
    table = big_run(runs, min(ROWS, 12_000))
    number = home.send(table)
    with worker(home) as first:
        until(lambda: home.run(number).rows_read > 0, LONG, "the first worker did not begin")
        first.send_signal(signal.SIGSTOP)
        home.let_go()
        with worker(home) as second:
            until(lambda: home.run(number).state == "scored", LONG, "the second worker did not end it")
            assert second.poll() is None
            first.send_signal(signal.SIGCONT)
            log = home.folder / "worker.log"
            until(lambda: b"went to another worker" in log.read_bytes(), LONG, "the first did not notice")
            assert first.poll() is None
    check_whole(home, number, expected(runs, table))


def test_a_full_disk_in_the_middle_loses_nothing_and_afterwards_it_goes_on(home: Home, runs: Runs) -> None:
    """No file may grow any more than a little: the worker says so and goes on living; with space the run ends."""
    table = big_run(runs, min(ROWS, 12_000))
    number = home.send(table)
    database = home.context.database.path
    assert database is not None
    # The database is written through its log, which begins anew and may grow to this.
    limit = max(database.stat().st_size, database.with_name(f"{database.name}-wal").stat().st_size) + 1_500_000

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    log = home.folder / "worker.log"
    with worker(home, little) as process:
        until(lambda: b"OperationalError" in log.read_bytes(), LONG, "the disk was not full")
        assert process.poll() is None
    run = home.run(number)
    assert run.state != "scored"
    assert run.rows_read == run.rows_taken < ROWS
    home.let_go()
    with worker(home):
        until(lambda: home.run(number).state == "scored", LONG, "the run did not end")
    check_whole(home, number, expected(runs, table))
