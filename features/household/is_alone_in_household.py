"""Whether the register knows no other member of the payee's household."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View


def _compute(view: View) -> Float:
    home = view.lookup("persons", "household_id", "person_id")
    people = view.distinct("persons", {"household_id": home}, of="person_id")
    return np.where(home >= 0, flag(people <= 1), np.nan)


is_alone_in_household = Feature(
    name="is_alone_in_household",
    title=("户内仅一人", "alone in the household"),
    unit="flag",
    null="unknown",
    needs=("persons.household_id",),
    compute=_compute,
    cases=(
        Case("a couple", world().paid("P1"), 0.0),
        Case("alone", world().paid("P3"), 1.0),
        Case("not on the register", world().paid("N9", card_id="C1", household_id="H1", payee_name="某"), None),
    ),
)
