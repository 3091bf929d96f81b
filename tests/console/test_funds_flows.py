"""Sums of an earlier day, added up from kept flows, against the sums made anew from the payments themselves."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import func, select

from service.access import Principal
from service.store.funds_flows import FUNDS_FLOWS, days_until
from service.store.payments import FUNDS_STALE
from service.work.chain.keep import keep
from service.work.context import Context
from service.work.funds.board import Asked, board, end_of
from service.work.funds.refresh import refresh_some
from service.work.funds.sums import sums
from tests.county import County
from tests.serving.test_chain_and_funds import EVERYBODY
from tests.serving.test_chain_and_funds import county as county
from tests.serving.test_chain_and_funds import filled as filled

ZONE = dt.timezone(dt.timedelta(hours=8))
SUMMED = (
    "payments", "released_fen", "paid_fen", "credited_fen", "returned_fen", "repaid_fen", "waiting", "waiting_fen",
    "median_days_to_pay", "p90_days_to_pay", "runs", "runs_over_limit", "worst_days_over_limit", "standing_fen",
    "standing_fen_days",
)  # fmt: skip


def same(context: Context, who: Principal, day: dt.date, **asked: Any) -> int:
    """Whether flows and payments agree on a day, by item and by period; how many groups there were."""
    compared = 0
    for by, name in (("program", "program_id"), ("period", "period")):
        found = {one.key: one.sums for one in board(context, who, by, Asked(on=day, **asked)).groups}  # type: ignore[arg-type]
        anew = sums(context, who, by=by, at=end_of(day, ZONE), **asked)  # type: ignore[arg-type]
        assert found.keys() == {getattr(one, name) for one in anew}
        for one in anew:
            for what in SUMMED:
                assert getattr(found[getattr(one, name)], what) == getattr(one, what), (day, by, what)
        compared += len(anew)
    return compared


def test_any_day_is_what_the_payments_say_of_it(filled: Context, county: County) -> None:
    """Every sum, days over the limit and medians among them, on days all over the county's life; in one village too."""
    rows = county.tables["disbursements"].to_pylist()
    moments = sorted(row["submitted_at"].astimezone(ZONE).date() for row in rows)
    days = [moments[int(share * (len(moments) - 1))] for share in (0.0, 0.3, 0.62, 0.9, 1.0)]
    assert sum(same(filled, EVERYBODY, day) for day in days) > 20
    village = rows[0]["division_code"]
    one = Principal(2, "v", frozenset({"department_verifier"}), (village,), "session")
    assert same(filled, one, days[3]) > 3
    assert same(filled, EVERYBODY, days[2], program_id=rows[-1]["program_id"]) > 0


def test_the_last_day_is_now(filled: Context) -> None:
    """Yesterday, when all has come in, says what the kept sums say of today but for a day more of waiting."""
    yesterday = filled.clock.now().astimezone(ZONE).date() - dt.timedelta(days=1)
    then = {one.key: one.sums for one in board(filled, EVERYBODY, "program", Asked(on=yesterday)).groups}
    for one in board(filled, EVERYBODY, "program", Asked()).groups:
        for what in ("payments", "paid_fen", "credited_fen", "waiting_fen", "median_days_to_pay", "runs_over_limit"):
            assert getattr(then[one.key], what) == getattr(one.sums, what), (one.key, what)


def test_what_is_corrected_or_taken_back_leaves_nothing_behind(filled: Context, county: County) -> None:
    """A payment that moves to another run and is answered otherwise: the day before and the day after both hold."""
    first = county.tables["disbursements"].to_pylist()[0]
    at = max(row["submitted_at"] for row in county.tables["disbursements"].to_pylist()) + dt.timedelta(days=40)
    moved = {**first, "amount": first["amount"] + 100, "run_id": "R-OTHER", "submitted_at": at}
    schema = county.tables["disbursements"].schema
    answers = county.tables["settlements"]
    said = {**dict.fromkeys(answers.column_names), "disbursement_id": first["disbursement_id"]}
    back = [
        {**said, "status": "returned", "at": at + dt.timedelta(days=3)},
        {**said, "status": "paid", "amount": moved["amount"], "at": at + dt.timedelta(days=9)},
    ]
    with filled.database.write() as connection:
        keep(filled, connection, "disbursements", pa.Table.from_pylist([moved], schema), 900)
        keep(filled, connection, "settlements", pa.Table.from_pylist(back, answers.schema), 901)
        stale = connection.execute(select(func.count()).select_from(FUNDS_STALE)).scalar_one()
    assert stale >= 2
    while refresh_some(filled):
        pass
    for days in (-1, 0, 2, 3, 8, 9, 20):
        same(filled, EVERYBODY, (at + dt.timedelta(days=days)).astimezone(ZONE).date())


@pytest.mark.parametrize("by", ["program_id", "period"])
def test_arrivals_are_never_fewer_than_none(filled: Context, by: str) -> None:
    """What is taken away was there before."""
    with filled.database.read() as connection:
        day = connection.execute(select(func.max(FUNDS_FLOWS.c.day))).scalar_one()
        found = days_until(connection, FUNDS_FLOWS.c.flow > 0, day, [by])
    assert found
    assert all(payments > 0 and days >= 0 for _, days, payments in found)
