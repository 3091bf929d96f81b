"""Money that stands still becomes a case at the owed desk by itself, once, and says when it has arrived."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from service.clock import SetClock
from service.store.cases import CASES
from service.work.context import Context
from service.work.facts.take_rows import take_rows
from service.work.funds.late import late_runs, open_late_cases
from service.work.funds.refresh import refresh_some

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
