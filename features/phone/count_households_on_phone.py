"""Households whose cards are bound to the same phone as the card paid to."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.card import _people
from features.phone import _bound


def _compute(view: View) -> Float:
    query, _, household, _ = view.memo(_bound.holders_on_phone)
    count = np.maximum(_people.distinct_by(query, household, view.n), 1.0)
    return np.where(view.memo(_bound.phone) >= 0, count, np.nan)


secretary = world().change("officials", "official_id", "O1", person_id="P4")
taken_over = secretary.add(
    "card_events", card_id="C1", kind="phone_changed", value="19900000004", actor_person_id="P4"
).add("card_events", card_id="C3", kind="phone_changed", value="19900000004")

count_households_on_phone = Feature(
    name="count_households_on_phone",
    title=("绑定同一手机号的户数", "households with cards on the same phone"),
    unit="count",
    null="none",
    needs=("cards.phone",),
    compute=_compute,
    rests_on=_bound.card_rows_on_phone,
    cases=(
        Case("own phone", world().paid("P1"), 1.0),
        Case("no phone", world().change("cards", "card_id", "C1", phone=None).paid("P1"), None),
        Case("three households on one phone", taken_over.paid("P1"), 3.0),
        Case(
            "the change came later",
            world()
            .add("card_events", card_id="C3", at="2020-01-01", kind="phone_changed", value="19900000001")
            .paid("P1"),
            1.0,
        ),
    ),
)
