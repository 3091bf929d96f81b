"""Days from the day the township's reviewer (or who prepared the line) took the post to the payee's first payment.

The first payment of the item to the payee; negative where the payee was paid before.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.official._tenure import first_paid_on, post_began, township_hand


def post(view: View) -> Pairs:
    """The post of the township's reviewer."""
    return view.match("officials", {"official_id": view.memo(township_hand)})


def _compute(view: View) -> Float:
    return np.floor(view.memo(first_paid_on)) - view.memo(post_began)


came = world().add(
    "officials", official_id="O9", post="township_clerk", division_code="519901101000", from_date="2019-03-01"
)

days_post_held_at_first_payment = Feature(
    name="days_post_held_at_first_payment",
    title=("经办人到任到首次发放的天数", "days in post at the payee's first payment"),
    unit="days",
    null="unknown",
    needs=("officials", "officials.from_date"),
    compute=_compute,
    rests_on=post,
    cases=(
        Case("first paid two months after", came.paid("P1", at="2019-04-30", prepared_by="O9"), 60.0),
        Case(
            "paid long before",
            came.paid("P1", at="2018-04-30").paid("P1", at="2019-04-30", prepared_by="O9"),
            -305.0,
        ),
        Case("nobody named", came.paid("P1", prepared_by=None), None),
    ),
)
