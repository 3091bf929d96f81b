"""Days drawn together with unrelated people, relative to all the payee's withdrawals around the payment."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import World, world
from features.asof import View
from features.graph import _together


def _compute(view: View) -> Float:
    together = _together.days_any(view, view.memo(_together.unrelated_partners))
    return ratio(together, _together.drawn_in_window(view, np.arange(view.n), view.own("person_id").astype(np.int64)))


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

share_withdrawals_drawn_together = Feature(
    name="share_withdrawals_drawn_together",
    title=("连续取现天数占取现次数比例", "days drawn together relative to withdrawals"),
    unit="share",
    null="unknown",
    needs=("card_transactions.outlet_id", "persons"),
    compute=_compute,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("always", three_times.paid("P1"), 1.0),
        Case(
            "three of four",
            three_times.add("card_transactions", card_id="C1", at="2019-03-20T09:00:00").paid("P1"),
            0.75,
        ),
    ),
)
