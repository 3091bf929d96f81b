"""Days on which the payee's card was drawn together with the same unrelated person, for the person most often met."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import Pairs, View
from features.graph import _together


def _rows(view: View) -> Pairs:
    return _together.rows_of(view, view.memo(_together.unrelated_partners))


def _compute(view: View) -> Float:
    found = view.memo(_together.unrelated_partners)
    out = np.zeros(view.n)
    order = np.argsort(found.days, kind="stable")
    out[found.query[order]] = found.days[order]
    return np.where(_together.shared_by_bank(view), out, np.nan)


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

count_days_drawn_together = Feature(
    name="count_days_drawn_together",
    title=("与同一他户人员连续取现天数", "days withdrawn together with the same unrelated person"),
    unit="count",
    null="unknown",
    needs=("card_transactions.outlet_id", "persons"),
    compute=_compute,
    rests_on=_rows,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("three days", three_times.paid("P1"), 3.0),
    ),
)
