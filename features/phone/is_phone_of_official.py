"""Whether the card's phone belongs to an official of another household."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.phone import _bound


def _compute(view: View) -> Float:
    query, _ = view.memo(_bound.official_owners)
    return np.where(view.memo(_bound.phone) >= 0, flag(np.bincount(query, minlength=view.n) > 0), np.nan)


secretary = world().change("officials", "official_id", "O1", person_id="P4")
taken_over = secretary.add(
    "card_events", card_id="C1", kind="phone_changed", value="19900000004", actor_person_id="P4"
).add("card_events", card_id="C3", kind="phone_changed", value="19900000004")

is_phone_of_official = Feature(
    name="is_phone_of_official",
    title=("预留手机号属于经办人员", "phone of an official"),
    unit="flag",
    null="none",
    needs=("officials", "persons.phone", "cards.phone"),
    compute=_compute,
    rests_on=_bound.rebinding_rows,
    cases=(
        Case("own phone", world().paid("P1"), 0.0),
        Case("the secretary's", taken_over.paid("P1"), 1.0),
        Case("the secretary's own card", taken_over.paid("P4"), 0.0),
    ),
)
