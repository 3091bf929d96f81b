"""What the database counts of payments nobody answered is what looking at each of them gives."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import ColumnElement, true

from service.store import funds_flows, payment_sums
from service.store.funds_flows import flows_of
from service.store.payment_sums import Atom, atoms
from service.store.payments import PAYMENTS
from service.work.context import Context
from tests.serving.payments_world import BEGIN, ZONE, fill


def _told(found: list[Atom]) -> list[str]:
    return sorted(repr(atom) for atom in found)


@pytest.mark.parametrize("answers", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_counted_together_or_looked_at_one_by_one(
    context: Context, monkeypatch: pytest.MonkeyPatch, seed: int, answers: bool
) -> None:
    """Sums and flows, now and as of earlier moments."""
    fill(context, seed, answers=answers)
    # Without answers nothing at all is looked at by itself.
    some = PAYMENTS.c.program_id.in_(("P1", "P2", "P9") if answers else ("P1", "P2"))
    moments = [None, *(BEGIN + dt.timedelta(hours=hours) for hours in (-1, 0, 7, 60, 1000))]
    with context.database.read() as connection:
        sums = [_told(atoms(connection, some, at)) for at in moments]
        flows = sorted(map(repr, flows_of(connection, some, ZONE)))

    def everyone(_stages: tuple[str, ...]) -> ColumnElement[bool]:
        return true()

    monkeypatch.setattr(payment_sums, "answered", everyone)
    monkeypatch.setattr(funds_flows, "answered", everyone)
    every = PAYMENTS.c.program_id.in_(("P1", "P2", "P9"))
    with context.database.read() as connection:
        one_by_one = [
            _told([atom for atom in atoms(connection, every, at) if answers or atom.program_id != "P9"])
            for at in moments
        ]
        flows_one_by_one = sorted(
            repr(flow) for flow in flows_of(connection, every, ZONE) if answers or flow["program_id"] != "P9"
        )
    assert sums == one_by_one
    assert flows == flows_one_by_one
    assert len(sums[0]) > 10
    assert len(flows) > 20
