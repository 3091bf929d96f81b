"""Findings as labels: the latest known counts, why somebody looked stays, and a corrected row keeps its finding."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

import numpy as np
import pytest

from features._world import World, world
from models.training.labels import CLEARED, CONFIRMED, ERROR, ROLES, SELECTED, UNLABELLED, Labels, labels_at

PAID = world().paid("P1", "PENSION", at="2019-01-10").paid("P2", "PENSION", at="2019-01-11")


def finding(place: World, payment: str, outcome: str, on: str, **more: str) -> World:
    """The world with one more finding, decided at noon of a day."""
    return place.add(
        "dispositions", disbursement_id=payment, outcome=outcome, decided_at=f"{on}T12:00:00+08:00", **more
    )


def at(place: World, day: str) -> Labels:
    """Labels of every row of the world's payments at the end of a day."""
    ledger = place.ledger
    moment = dt.datetime.fromisoformat(f"{day}T23:59:59+08:00")
    rows = np.arange(ledger.tables["disbursements"].rows)
    return labels_at(ledger, rows, int(moment.timestamp() * 1e6))


def ids(place: World) -> list[str]:
    """Numbers of the payments in the ledger's order."""
    ledger = place.ledger
    codes = ledger.tables["disbursements"].codes("disbursement_id")
    return [str(i) for i in ledger.vocabulary("disbursement").decode(codes)]


FIRST, SECOND = ids(PAID)


def test_nobody_looked() -> None:
    """No table of findings and an empty one say the same: unlabelled, which is not clean."""
    for place in (PAID, PAID.lacking("dispositions")):
        labels = at(place, "2020-01-01")
        assert labels.outcome.tolist() == [UNLABELLED, UNLABELLED]
        assert not labels.usable.any()
        assert not labels.at_random.any()
        assert labels.findings.tolist() == [0, 0]
        assert np.isnan(labels.propensity).all()


def test_a_finding_counts_from_its_decision() -> None:
    """Decided in March on a payment of January: unknown in February."""
    place = finding(PAID, FIRST, "confirmed", "2019-03-01", typology="T01", suspect_role="official", selected_by="rule")
    assert at(place, "2019-02-28").outcome.tolist() == [UNLABELLED, UNLABELLED]
    labels = at(place, "2019-03-01")
    assert labels.outcome.tolist() == [CONFIRMED, UNLABELLED]
    assert labels.typology.tolist() == ["T01", ""]
    assert [ROLES[c] if c >= 0 else "" for c in labels.suspect_role] == ["official", ""]
    assert [SELECTED[c] if c >= 0 else "" for c in labels.selected_by] == ["rule", ""]


def test_the_latest_finding_known_counts_and_the_first_says_why() -> None:
    """Confirmed, then cleared on appeal: each moment has its own answer, and the conflict is on record."""
    place = finding(PAID, FIRST, "confirmed", "2019-03-01", selected_by="score", typology="T02")
    place = finding(place, FIRST, "cleared", "2019-05-01", selected_by="audit")
    before, after = at(place, "2019-04-01"), at(place, "2019-06-01")
    assert (before.outcome[0], after.outcome[0]) == (CONFIRMED, CLEARED)
    assert (before.conflicting[0], after.conflicting[0]) == (False, True)
    assert (before.findings[0], after.findings[0]) == (1, 2)
    assert before.decided_at[0] < after.decided_at[0]
    assert SELECTED[after.selected_by[0]] == "score"
    assert after.typology[0] == ""


@pytest.mark.parametrize("order", [("random", "audit"), ("score", "random")])
def test_a_payment_once_drawn_at_random_stays_in_the_sample(order: tuple[str, str]) -> None:
    """A second look, for whatever reason, does not take it out: its draw had a chance of its own."""
    place = finding(PAID, FIRST, "cleared", "2019-03-01", selected_by=order[0])
    place = finding(place, FIRST, "confirmed", "2019-04-01", selected_by=order[1])
    assert at(place, "2019-05-01").at_random.tolist() == [True, False]
    assert at(place, "2019-03-15").at_random.tolist() == [order[0] == "random", False]


def test_an_error_is_neither() -> None:
    """An honest mistake is on record, and teaches nothing of either class."""
    labels = at(finding(PAID, SECOND, "error", "2019-03-01", selected_by="complaint"), "2019-04-01")
    assert labels.outcome.tolist() == [UNLABELLED, ERROR]
    assert not labels.usable.any()
    assert not labels.conflicting.any()


def test_a_corrected_row_keeps_the_finding_on_its_payment() -> None:
    """The payment was handed over again: the finding speaks of it, whichever version is asked for."""
    place = PAID.paid("P1", "PENSION", at="2019-06-01", disbursement_id=FIRST)
    place = finding(place, FIRST, "confirmed", "2019-03-01", selected_by="score")
    assert ids(place) == [FIRST, SECOND, FIRST]
    assert at(place, "2019-12-31").outcome.tolist() == [CONFIRMED, UNLABELLED, CONFIRMED]


def test_a_finding_on_an_unknown_payment_labels_nothing() -> None:
    """Evidence of something, but of none of these payments."""
    labels = at(finding(PAID, "D-NEVER-SENT", "confirmed", "2019-03-01"), "2019-04-01")
    assert (labels.outcome == UNLABELLED).all()


def test_three_fields_are_enough_and_a_part_is_a_part() -> None:
    """What is left out is unknown; every field is cut alike."""
    few = Labels(np.array([1, -1, 0], np.int8), np.array([True, False, False]), np.array([5, 9, 7]))
    assert few.findings.tolist() == [1, 0, 1]
    part = few.part(np.array([2, 0]))
    assert part.outcome.tolist() == [0, 1]
    assert part.at_random.tolist() == [False, True]
    assert all(len(getattr(part, column.name)) == 2 for column in fields(Labels))
