"""Whether the payee left another phone with the register than the one the card is bound to."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.phone import _bound


def _compute(view: View) -> Float:
    bound, own = view.memo(_bound.phone), view.lookup("persons", "phone", "person_id")
    return np.where((bound >= 0) & (own >= 0), flag(bound != own), np.nan)


secretary = world().change("officials", "official_id", "O1", person_id="P4")
taken_over = secretary.add(
    "card_events", card_id="C1", kind="phone_changed", value="19900000004", actor_person_id="P4"
).add("card_events", card_id="C3", kind="phone_changed", value="19900000004")

is_phone_unlike_own = Feature(
    name="is_phone_unlike_own",
    title=("预留手机号与本人登记号码不同", "card bound to another phone than the payee's own"),
    unit="flag",
    null="none",
    needs=("cards.phone", "persons.phone"),
    compute=_compute,
    rests_on=_bound.rebinding_rows,
    cases=(
        Case("own phone", world().paid("P1"), 0.0),
        Case("another", taken_over.paid("P1"), 1.0),
        Case("the payee has none", taken_over.change("persons", "person_id", "P1", phone=None).paid("P1"), None),
    ),
)
