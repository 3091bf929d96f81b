"""Whether somebody else than the holder moved the card's notices to another phone."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.phone import _bound


def _compute(view: View) -> Float:
    row = view.memo(_bound.rebinding)
    actor = view.at_rows("card_events", "actor_person_id", row)
    holder = view.lookup("cards", "holder_person_id", "card_id")
    return np.where((row >= 0) & (actor >= 0), flag(actor != holder), np.nan)


secretary = world().change("officials", "official_id", "O1", person_id="P4")
taken_over = secretary.add(
    "card_events", card_id="C1", kind="phone_changed", value="19900000004", actor_person_id="P4"
).add("card_events", card_id="C3", kind="phone_changed", value="19900000004")

is_phone_moved_by_another = Feature(
    name="is_phone_moved_by_another",
    title=("由他人变更预留手机号", "notices moved by somebody else"),
    unit="flag",
    null="none",
    needs=("card_events", "cards"),
    compute=_compute,
    rests_on=_bound.rebinding_rows,
    cases=(
        Case("never", world().paid("P1"), None),
        Case("by the secretary", taken_over.paid("P1"), 1.0),
        Case("nobody wrote down by whom", taken_over.paid("P3"), None),
    ),
)
