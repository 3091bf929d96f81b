"""Whether the card's notices were moved to another phone."""

from __future__ import annotations

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.phone import _bound


def _compute(view: View) -> Float:
    return flag(view.memo(_bound.rebinding) >= 0)


secretary = world().change("officials", "official_id", "O1", person_id="P4")
taken_over = secretary.add(
    "card_events", card_id="C1", kind="phone_changed", value="19900000004", actor_person_id="P4"
).add("card_events", card_id="C3", kind="phone_changed", value="19900000004")

is_phone_moved = Feature(
    name="is_phone_moved",
    title=("收款卡预留手机号被变更", "notices moved to another phone"),
    unit="flag",
    null="none",
    needs=("card_events", "cards"),
    compute=_compute,
    rests_on=_bound.rebinding_rows,
    cases=(
        Case("never", world().paid("P1"), 0.0),
        Case("once", taken_over.paid("P1"), 1.0),
    ),
)
