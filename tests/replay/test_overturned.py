"""When a rule suspends itself: looks that are cleared, counted as so many independent ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from models.replay.overturned import Review, review
from models.rules._rule import Rule
from models.rules.catalogue import all_rules
from models.training.labels import CLEARED, CONFIRMED, ERROR, UNLABELLED, Labels
from tests.county import Trained

HOUSEHOLD = next(rule for rule in all_rules() if rule.suspect_role == "household")
OFFICIAL = next(rule for rule in all_rules() if rule.suspect_role == "official")
MISTAKE = next(rule for rule in all_rules() if rule.suspect_role == "data_error")


class Looks:
    """Payments of a real county with invented findings; one rule fires on all that are named."""

    def __init__(self, trained: Trained) -> None:
        self.trained = trained
        self.ledger = trained.county.ledger
        table = self.ledger.tables["disbursements"]
        self.rows = np.arange(table.rows)
        self.household = table.column("household_id").astype(np.int64)
        self.preparer = table.column("prepared_by").astype(np.int64)
        self.outcome = np.full(table.rows, UNLABELLED, np.int8)
        self.at_random = np.zeros(table.rows, bool)
        self.decided = np.full(table.rows, np.iinfo(np.int64).max)
        self.fired = np.zeros(table.rows, bool)

    def apart(self, count: int, skip: int = 0) -> NDArray[np.int64]:
        """Payments of so many different households."""
        found = np.unique(self.household, return_index=True)[1]
        return found[self.household[found] >= 0][skip : skip + count]

    def look(self, rows: NDArray[np.int64], outcome: int, *, at: int = 1_000, at_random: bool = False) -> None:
        """The rule fires on these, and somebody looked."""
        self.fired[rows], self.outcome[rows], self.decided[rows] = True, outcome, at
        self.at_random[rows] = at_random

    def review(self, rule: Rule = HOUSEHOLD, seen: Mapping[str, int] | None = None) -> Review:
        """The rule's review."""
        labels = Labels(self.outcome, self.at_random, self.decided)
        (found,) = review(
            self.ledger, self.rows, [rule], self.fired[:, None], labels, self.trained.policy, 2_000, seen_until=seen
        )
        return found


@pytest.fixture
def looks(trained_county: Trained) -> Looks:
    """A county in which nobody looked yet."""
    return Looks(trained_county)


def test_forty_households_cleared_suspend_a_rule(looks: Looks) -> None:
    """And it says on what."""
    looks.look(looks.apart(40), CLEARED)
    found = looks.review()
    assert found.suspend
    assert (found.cleared, found.households, found.independent) == (40, 40, 40.0)
    assert found.why == "suspended by itself: 40 of 40 looked at were cleared since 1970-01-01"
    assert found.evidence()["until_us"] == 2_000


def test_too_few_looks_or_too_many_confirmed_do_not(looks: Looks) -> None:
    """Nineteen looks are not twenty; one in eight confirmed is what red flags do."""
    looks.look(looks.apart(19), CLEARED)
    assert not looks.review().suspend
    looks.look(looks.apart(70), CLEARED)
    looks.look(looks.apart(10, skip=70), CONFIRMED)
    assert not looks.review().suspend


def test_many_payments_of_one_household_are_one_look(looks: Looks) -> None:
    """Sixty cleared payments of a few households show little."""
    large = np.argsort(-np.bincount(looks.household[looks.household >= 0]))[:4]
    rows = np.nonzero(np.isin(looks.household, large))[0]
    looks.look(rows, CLEARED)
    found = looks.review()
    assert len(rows) > 40
    assert (found.households, found.suspend) == (4, False)


def test_one_preparers_lists_are_not_independent(looks: Looks) -> None:
    """For a rule that asks about officials, looks at one preparer's payments are worth few."""
    looks.look(looks.apart(60), CLEARED)
    worth, same = looks.review(OFFICIAL), looks.review(HOUSEHOLD)
    assert same.independent == 60
    assert worth.independent < 60
    sizes = np.unique(looks.preparer[looks.apart(60)], return_counts=True)[1].astype(float)
    effect = 1 + 0.3 * ((sizes**2).sum() / sizes.sum() - 1)
    assert worth.independent == pytest.approx(60 / effect)


def test_an_honest_error_is_no_look_unless_the_rule_asks_for_one(looks: Looks) -> None:
    """Forty errors neither suspend nor save; to a rule on data errors they are what it looked for."""
    looks.look(looks.apart(40), ERROR)
    found = looks.review()
    assert (found.errors, found.households, found.suspend) == (40, 0, False)
    asked = looks.review(MISTAKE)
    assert (asked.households, asked.share) == (40, 1.0)
    looks.look(looks.apart(40, skip=40), CLEARED)
    assert looks.review().suspend
    assert not looks.review(MISTAKE).suspend


def test_a_payment_drawn_at_random_stands_for_those_nobody_chose(looks: Looks) -> None:
    """Sixty chosen and cleared, one drawn and confirmed, a hundred hits unseen: the rule stays."""
    looks.look(looks.apart(60), CLEARED)
    assert looks.review().suspend
    looks.fired[looks.apart(100, skip=61)] = True
    looks.look(looks.apart(1, skip=60), CONFIRMED, at_random=True)
    found = looks.review()
    assert found.share is not None
    assert found.weighted is not None
    assert found.share == pytest.approx(1 / 61)
    assert found.weighted == pytest.approx(101 / 161)
    assert not found.suspend


def test_what_suspended_it_once_does_not_again(looks: Looks) -> None:
    """Put back by a person: only findings decided after those count."""
    looks.look(looks.apart(40), CLEARED, at=1_000)
    assert looks.review(seen={HOUSEHOLD.code: 999}).suspend
    assert not looks.review(seen={HOUSEHOLD.code: 1_000}).suspend
    looks.look(looks.apart(40, skip=40), CLEARED, at=1_500)
    assert looks.review(seen={HOUSEHOLD.code: 1_000}).cleared == 40
    assert looks.review(seen={HOUSEHOLD.code: 1_000}).suspend


def test_the_policy_decides(looks: Looks) -> None:
    """A deployment that suspends later says so in its policy."""
    looks.look(looks.apart(40), CLEARED)
    later = {**looks.trained.policy.values, "learning.suspend_after": 41.0}
    looks.trained = replace(looks.trained, policy=replace(looks.trained.policy, values=later))
    assert not looks.review().suspend
