"""Households whose cards were moved to the same phone as the card paid to, by a change on record."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.card import _people
from features.phone import _bound


def _compute(view: View) -> Float:
    query, _, household, moved = view.memo(_bound.holders_on_phone)
    count = _people.distinct_by(query[moved], household[moved], view.n)
    return np.where(view.memo(_bound.rebinding) >= 0, np.maximum(count, 1.0), np.nan)


secretary = world().change("officials", "official_id", "O1", person_id="P4")
taken_over = secretary.add(
    "card_events", card_id="C1", kind="phone_changed", value="19900000004", actor_person_id="P4"
).add("card_events", card_id="C3", kind="phone_changed", value="19900000004")

count_households_moved_to_phone = Feature(
    name="count_households_moved_to_phone",
    title=("改绑到同一手机号的户数", "households whose cards were moved to the same phone"),
    unit="count",
    null="none",
    needs=("card_events", "cards"),
    compute=_compute,
    rests_on=_bound.rebinding_rows,
    cases=(
        Case("never changed", world().paid("P1"), None),
        Case("two households", taken_over.paid("P1"), 2.0),
        Case(
            "only the own",
            world().add("card_events", card_id="C1", kind="phone_changed", value="19900000099").paid("P1"),
            1.0,
        ),
    ),
)
