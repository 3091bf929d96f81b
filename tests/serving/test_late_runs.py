"""Money that stands still becomes a case at the owed desk by itself, once, and says when it has arrived."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select

from service.clock import SetClock
from service.store import Database, cases, jobs
from service.store.audit_lines import AUDIT_LINES
from service.store.cases import CASES
from service.store.outbox import OUTBOX_EVENTS
from service.work.context import Context
from service.work.facts.take_rows import take_rows
from service.work.funds import late
from service.work.funds.late import late_runs, open_late_cases
from service.work.funds.refresh import refresh_some
from service.work.jobs import work_once
from tests.serving.broken_off import breaking

PLACES = [
    {"division_code": "519921", "name": "县", "level": "county"},
    {"division_code": "519921100", "name": "乡", "level": "township", "parent_code": "519921"},
    {"division_code": "519921100204", "name": "村", "level": "village", "parent_code": "519921100"},
    {"division_code": "519921100205", "name": "邻村", "level": "village", "parent_code": "519921100"},
]


def _payment(number: int, village: str) -> dict[str, Any]:
    return {
        "disbursement_id": f"D{number}", "run_id": "R1", "program_id": "P02", "period": "2019-05",
        "person_id": f"p{number}", "card_id": f"c{number}", "amount": "100.00", "division_code": village,
        "submitted_at": "2019-05-20T09:00:00+08:00",
    }  # fmt: skip


@pytest.fixture
def run(context: Context) -> Context:
    """A run of four payments in two villages; funds came on 1 May, the limit is 30 days."""
    rows = {
        "divisions": PLACES,
        "programs": [
            {
                "program_id": "P02", "name": "高龄津贴", "department": "民政局", "paid_per": "person",
                "quantity_unit": "month", "frequency": "monthly", "release_limit_days": "30",
            }
        ],
        "payment_runs": [
            {
                "run_id": "R1", "program_id": "P02", "period": "2019-05", "division_code": "519921",
                "funds_received_on": "2019-05-01", "funds_amount": "400.00", "created_at": "2019-05-02T09:00:00+08:00",
            }
        ],
        "disbursements": [_payment(n, "519921100204" if n < 2 else "519921100205") for n in range(4)],
    }  # fmt: skip
    with context.database.write() as connection:
        for table, given in rows.items():
            take_rows(context, connection, table, given, source="test")
    settle(context)
    return context


def settle(context: Context) -> None:
    """Make stale sums again."""
    while refresh_some(context):
        pass


def paid(context: Context, *numbers: int) -> None:
    """The bank paid."""
    at = context.clock.now().isoformat()
    with context.database.write() as connection:
        take_rows(
            context,
            connection,
            "settlements",
            [{"disbursement_id": f"D{n}", "status": "paid", "amount": "100.00", "at": at} for n in numbers],
            source="test",
        )
    settle(context)


def rows(context: Context) -> list[Any]:
    """Every case."""
    with context.database.read() as connection:
        return list(connection.execute(select(CASES)).all())


def test_a_late_run_is_one_case_of_the_department(run: Context, clock: SetClock) -> None:
    """On 1 July the run is 31 days late: one case, however often it is looked for, at the township above both."""
    assert [(one.days_over, one.waiting_fen) for one in late_runs(run)] == [(31, 40_000)]
    first = open_late_cases(run)
    assert len(first) == 1
    assert open_late_cases(run) == []
    clock.move(days=5)
    assert open_late_cases(run) == []
    (case,) = rows(run)
    assert (case.desk, case.hub_kind, case.hub_shown, case.typology) == ("owed", "run", "R1", "T39")
    assert (case.suspect_role, case.amount_fen, case.division_code) == ("department", 40_000, "519921100")
    assert "36" in case.summary_en


def test_a_run_within_its_limit_is_no_case(run: Context, clock: SetClock) -> None:
    """On 20 May nothing is late."""
    clock.move(days=-42)
    assert late_runs(run) == []


def test_a_few_returned_payments_do_not_make_a_run_late(run: Context) -> None:
    """Below the policy's share of money the run is through; what was returned is another question."""
    paid(run, 0, 1, 2, 3)
    assert late_runs(run) == []


def test_a_case_says_that_the_money_has_arrived(run: Context, clock: SetClock) -> None:
    """It stays open: why it was late is still a question for a person."""
    open_late_cases(run)
    clock.move(days=1)
    paid(run, 0, 1, 2, 3)
    assert open_late_cases(run) == []
    (case,) = rows(run)
    assert (case.is_open, case.amount_fen) == (True, 0)
    assert "arrived" in case.summary_en
    version = case.version
    open_late_cases(run)
    assert rows(run)[0].version == version


def test_an_old_run_is_history(run: Context, clock: SetClock) -> None:
    """A history handed over in bulk opens no cases of years past."""
    clock.move(days=800)
    assert late_runs(run) == []


def many(context: Context, count: int) -> None:
    """More runs like the first."""
    first = {"program_id": "P02", "period": "2019-05", "division_code": "519921", "funds_amount": "400.00"}
    first |= {"funds_received_on": "2019-05-01", "created_at": "2019-05-10T09:00:00+08:00"}
    runs = [{**first, "run_id": f"M{n:02d}"} for n in range(count)]
    payments = [{**_payment(100 + n, "519921100204"), "run_id": f"M{n:02d}"} for n in range(count)]
    with context.database.write() as connection:
        take_rows(context, connection, "payment_runs", runs, source="test")
        take_rows(context, connection, "disbursements", payments, source="test")
    settle(context)


def said(context: Context) -> list[tuple[Any, ...]]:
    """What is kept of cases, with the lines of the log and the events of each."""
    with context.database.read() as connection:
        lines = Counter(connection.execute(select(AUDIT_LINES.c.about)).scalars())
        events = Counter(connection.execute(select(OUTBOX_EVENTS.c.subject)).scalars())
    return sorted(
        (
            *(row.hub_key, row.state, row.version, row.amount_fen, row.loss_fen, row.division_code, row.summary_en),
            *(lines[row.case_id], events[f"cases/{row.case_id}"]),
        )
        for row in rows(context)
    )


@pytest.mark.parametrize("early", [True, False])
def test_broken_off_anywhere_each_run_is_one_case_said_once(
    run: Context, clock: SetClock, monkeypatch: pytest.MonkeyPatch, early: bool
) -> None:
    """The process ends in the middle of a transaction, or after it: the next look does the rest and nothing again."""
    monkeypatch.setattr(late, "AT_ONCE", 3)
    monkeypatch.setattr(late, "PAUSE_SECONDS", 0.0)
    many(run, 7)
    opened: list[str] = []
    for day in range(2):
        for at in range(1, 5):
            with monkeypatch.context() as patched:
                patched.setattr(Database, "write", breaking(at, early=early))
                with suppress(KeyboardInterrupt):
                    open_late_cases(run)
        open_late_cases(run)
        found = said(run)
        assert [row[0] for row in found] == [*(f"M{n:02d}" for n in range(7)), "R1"]
        assert {(row[1], row[2], row[-2]) for row in found} == {("new", day + 1, day + 1)}
        assert len({row[-1] for row in found}) == 1
        assert f"{31 + day} days beyond" in found[-1][6]
        opened = opened or [row.case_id for row in rows(run)]
        assert sorted(opened) == sorted(row.case_id for row in rows(run))
        clock.move(days=1)


def test_what_says_already_what_it_should_takes_no_lock(run: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look of a day changes nothing, and nobody who writes waits for it."""
    open_late_cases(run)

    def write(self: Database, *, lasting: bool = True) -> Any:
        raise AssertionError("the lock of writers was taken")

    monkeypatch.setattr(Database, "write", write)
    assert open_late_cases(run) == []


def test_a_case_that_was_closed_while_this_was_thought_over_stays_closed(
    run: Context, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The money has arrived, and a person said why it was late: nothing is asked again."""
    open_late_cases(run)
    clock.move(days=1)
    paid(run, 0, 1, 2, 3)
    (case,) = rows(run)
    think = late._asked

    def slowly(context: Context) -> Any:
        found = think(context)
        assert len(found) == 1
        closed = {"state": "cleared", "is_open": False, "closed_at": clock.now() - dt.timedelta(days=900)}
        with context.database.write() as connection:
            assert cases.change(connection, case.case_id, case.version, closed)
        return found

    monkeypatch.setattr(late, "_asked", slowly)
    assert open_late_cases(run) == []
    assert [(row.case_id, row.is_open) for row in rows(run)] == [(case.case_id, False)]


def test_a_job_that_is_to_stop_goes_back(run: Context) -> None:
    """Another worker goes on with it."""
    with run.database.write() as connection:
        jobs.add(connection, late.KIND, {}, run.clock.now(), name=late.KIND)
    assert work_once(run, {late.KIND: late.look_for_late_runs}, "a", lambda: True, {late.KIND})
    assert rows(run) == []
    assert work_once(run, {late.KIND: late.look_for_late_runs}, "b", kinds={late.KIND})
    assert len(rows(run)) == 1
