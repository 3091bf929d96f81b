"""Unrelated people whose cards were drawn right before or after the payee's on three days or more."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import Pairs, View
from features.card import _people
from features.graph import _together

LEAST_DAYS = 3


def _partners(view: View) -> _together.Partners:
    return _together.on_days(view.memo(_together.unrelated_partners), LEAST_DAYS)


def _rows(view: View) -> Pairs:
    return _together.rows_of(view, _partners(view))


def _compute(view: View) -> Float:
    found = _partners(view)
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

count_drawn_together = Feature(
    name="count_drawn_together",
    title=("三日以上先后连续取现的他户人数", "unrelated people withdrawn together with on three days"),
    unit="count",
    null="unknown",
    needs=("card_transactions.outlet_id", "persons"),
    compute=_compute,
    rests_on=_rows,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("twice is not enough", twice.paid("P1"), 0.0),
        Case("two others, three times", three_times.paid("P1"), 2.0),
        Case("one shares a helper on record", helped.paid("P1"), 1.0),
        Case("the third time came later", three_times.paid("P1", at="2019-03-01"), 0.0),
    ),
)
