"""Days on which the payee's card was drawn together with that of family, or of one with the same helper."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import View
from features.graph import _together


def _compute(view: View) -> Float:
    found = view.memo(_together.related_partners)
    out = np.zeros(view.n)
    order = np.argsort(found.days, kind="stable")
    out[found.query[order]] = found.days[order]
    return np.where(_together.shared_by_bank(view), out, np.nan)


def _series(made: World, day: str) -> World:
    """C1, C2 and C3 drawn within four minutes at one outlet."""
    for minute, card in ((10, "C1"), (12, "C2"), (14, "C3")):
        made = made.add("card_transactions", card_id=card, at=f"{day}T09:{minute}:00")
    return made


three_times = _series(_series(_series(world(), "2019-01-15"), "2019-02-15"), "2019-03-15")

count_days_drawn_with_family = Feature(
    name="count_days_drawn_with_family",
    title=("与同户、亲属或同一代办人连续取现天数", "days withdrawn together with family or the same helper"),
    unit="count",
    null="unknown",
    needs=("card_transactions.outlet_id", "persons"),
    compute=_compute,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("the wife, three times", three_times.paid("P1"), 3.0),
        Case("a neighbour only", three_times.change("persons", "person_id", "P2", household_id="H9").paid("P1"), 0.0),
    ),
)
