"""What the database counts of payments nobody answered is what looking at each of them gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Connection

from service.store import funds_flows, payment_sums
from service.store._still_waiting import Apart, apart
from service.store.funds_flows import flows_of
from service.store.payment_sums import atoms
from service.store.payments import PAYMENTS
from service.work.context import Context
from tests.serving.payments_world import BEGIN, ZONE, fill


@pytest.mark.parametrize("answers", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_counted_together_or_looked_at_one_by_one(
    context: Context, monkeypatch: pytest.MonkeyPatch, seed: int, answers: bool
) -> None:
    """Sums and flows, now and as of earlier moments."""
    fill(context, seed, answers=answers)
    some = PAYMENTS.c.program_id.in_(("P1", "P2"))
    moments = [None, *(BEGIN + dt.timedelta(hours=hours) for hours in (-1, 0, 7, 60, 1000))]
    ways: list[tuple[bool, bool]] = []

    def as_it_is(*given: Any) -> Apart:
        how = apart(*given)
        ways.append((how.counted is not None, how.looked_at is not None))
        return how

    def one_by_one(_connection: Connection, where: ColumnElement[bool], *_: Any) -> Apart:
        return Apart(None, where)

    def seen(how: Callable[..., Apart]) -> tuple[list[list[str]], list[str]]:
        monkeypatch.setattr(payment_sums, "apart", how)
        monkeypatch.setattr(funds_flows, "apart", how)
        with context.database.read() as connection:
            sums = [sorted(map(repr, atoms(connection, some, at))) for at in moments]
            return sums, sorted(map(repr, flows_of(connection, some, ZONE)))

    sums, flows = seen(as_it_is)
    assert (True, True) in ways if answers else set(ways) == {(True, False)}
    assert (sums, flows) == seen(one_by_one)
    assert len(sums[0]) > 10
    assert len(flows) > 20


def test_where_most_were_answered_each_is_looked_at(context: Context) -> None:
    """To tell them apart would take longer."""
    with context.database.read() as connection:
        assert apart(connection, PAYMENTS.c.program_id == "P1", payment_sums.ANSWERS, 1).counted is None
