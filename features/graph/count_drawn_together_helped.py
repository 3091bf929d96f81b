"""People the payee's card was drawn together with on two days or more who are family or share a helper on record."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import View
from features.card import _people
from features.graph import _together


def _compute(view: View) -> Float:
    found = view.memo(_together.related_partners)
    count = _people.distinct_by(found.query, found.partner, view.n)
    return np.where(_together.shared_by_bank(view), count, np.nan)


def _series(made: World, day: str) -> World:
    """C1, C3 and C5 drawn within four minutes at one outlet."""
    for minute, card in ((10, "C1"), (12, "C3"), (14, "C5")):
        made = made.add("card_transactions", card_id=card, at=f"{day}T09:{minute}:00")
    return made


twice = _series(_series(world(), "2019-01-15"), "2019-02-15")
three_times = _series(twice, "2019-03-15")
helped = three_times.add("authorizations", person_id="P1", proxy_id="P6").add(
    "authorizations", person_id="P3", proxy_id="P6"
)

count_drawn_together_helped = Feature(
    name="count_drawn_together_helped",
    title=("同户、亲属或同一代办人连续取现人数", "family and helped people withdrawn together with"),
    unit="count",
    null="unknown",
    needs=("card_transactions.outlet_id", "persons"),
    compute=_compute,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("nobody helps", three_times.paid("P1"), 0.0),
        Case("one helper for two", helped.paid("P1"), 1.0),
    ),
)
