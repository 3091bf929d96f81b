"""Look-alikes of a case: what was looked for, and found, at the payments that were asked about."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from models.rules.catalogue import all_rules
from service.clock import SetClock
from service.work.context import Context
from service.work.portraits.case_alikes import case_alikes
from service.work.queue.errors import NotThere
from tests.serving.local_scorer import LocalScorer
from tests.serving.portrait_world import OTHER, case_at_phone, hand_over, reason, scored
from tests.serving.queue_world import audit_actions, somebody

AT = dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC)
EVERYBODY = somebody(1, "supervisor", divisions=("*",))
PHONES = "T28.approvers_phone_on_many_cards"


@pytest.fixture
def world(context: Context, tmp_path: Path) -> LocalScorer:
    """The counties on record, and the one that keeps their history."""
    assert isinstance(context.clock, SetClock)
    context.clock.at = AT
    hand_over(context, tmp_path / "sent")
    return LocalScorer(context)


def test_what_was_looked_for_and_found(context: Context, world: LocalScorer) -> None:
    """The clerk's phone is bound to the cards of four: each look-alike of the rule is told, for the payments it asked
    about."""
    number = case_at_phone(context, "D1-6", "D2-6", "D3-6").case_id
    for payment in ("D1-6", "D2-6", "D3-6"):
        scored(context, payment, [reason(PHONES)])
    found = [one for one in case_alikes(context, EVERYBODY, world, number) if one.code == PHONES]
    rule = next(one for one in all_rules() if one.code == PHONES)
    assert [one.text for one in found] == [(unless.zh, unless.en) for unless in rule.unless]
    assert {one.found + one.not_found + one.cannot_tell for one in found} == {3}
    assert audit_actions(context, number)[-1] == "case.alikes"


def test_nothing_of_payments_outside_the_divisions(context: Context, world: LocalScorer) -> None:
    number = case_at_phone(context, "D2-6").case_id
    scored(context, "D2-6", [reason(PHONES)])
    elsewhere = somebody(3, "supervisor", divisions=(OTHER,))
    with pytest.raises(NotThere):
        case_alikes(context, elsewhere, world, number)


def test_as_known_when_each_was_scored(context: Context, clock: SetClock, world: LocalScorer) -> None:
    """Before a payment was on record nothing was asked of it, whatever is known of it today."""
    number = case_at_phone(context, "D2-6").case_id
    clock.at = dt.datetime(2019, 6, 1, tzinfo=dt.UTC)
    scored(context, "D2-6", [reason(PHONES)])
    clock.at = AT
    assert case_alikes(context, EVERYBODY, world, number) == ()


def test_no_score_no_look(context: Context, world: LocalScorer) -> None:
    number = case_at_phone(context, "D1-6").case_id
    assert case_alikes(context, EVERYBODY, world, number) == ()
