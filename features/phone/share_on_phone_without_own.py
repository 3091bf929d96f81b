"""Share of the people on the card's phone who left no phone of their own with the register."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.card import _people
from features.phone import _bound


def _compute(view: View) -> Float:
    query, holder, _, _ = view.memo(_bound.holders_on_phone)
    people = _people.sub(view, query, {"person_id": holder})
    without = np.asarray(people.lookup("persons", "phone", "person_id"), dtype=np.int64) < 0
    return ratio(
        _people.distinct_by(query[without], holder[without], view.n), _people.distinct_by(query, holder, view.n)
    )


secretary = world().change("officials", "official_id", "O1", person_id="P4")
taken_over = secretary.add(
    "card_events", card_id="C1", kind="phone_changed", value="19900000004", actor_person_id="P4"
).add("card_events", card_id="C3", kind="phone_changed", value="19900000004")

share_on_phone_without_own = Feature(
    name="share_on_phone_without_own",
    title=("同号人员中本人无电话者占比", "share of people on the phone who have none of their own"),
    unit="share",
    null="none",
    needs=("cards.phone", "persons.phone"),
    compute=_compute,
    rests_on=_bound.card_rows_on_phone,
    cases=(
        Case("own phone", world().paid("P1"), None),
        Case("one of three", taken_over.change("persons", "person_id", "P1", phone=None).paid("P1"), 1 / 3),
    ),
)
