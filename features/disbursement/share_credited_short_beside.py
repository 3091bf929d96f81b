"""Of a payment credited short: share of the run's other payments in the village that were credited short too."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import View
from features.disbursement._credit import own_short, share_short_beside


def _compute(view: View) -> Float:
    own = view.memo(own_short)
    return own.last(share_short_beside(own)) if len(own) else np.full(view.n, np.nan)


def answered(*credited: str) -> World:
    """P1, P3, P4 ... of one village paid 100 yuan each in one run and credited these sums."""
    made = world()
    people = ("P1", "P3", "P4", "P2")[: len(credited)]
    for person in people:
        made = made.paid(person, at="2019-04-18", disbursement_id=f"E{person}", run_id="R1")
    for person, amount in zip(people, credited, strict=True):
        made = made.add("settlements", disbursement_id=f"E{person}", amount=amount, at="2019-04-18T10:00:00")
    return made.about("EP1")


share_credited_short_beside = Feature(
    name="share_credited_short_beside",
    title=("同批同村少到账占比", "share of the village's payments in the run credited short too"),
    unit="share",
    null="none",
    needs=("settlements", "settlements.amount"),
    compute=_compute,
    rests_on=lambda view: view.memo(own_short),
    cases=(
        Case("alone", answered("60.00", "100.00", "100.00"), 0.0),
        Case("everybody", answered("60.00", "60.00", "60.00"), 1.0),
        Case("not short", answered("100.00", "60.00", "60.00"), None),
    ),
)
