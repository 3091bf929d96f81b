"""Whether the line is paid in another village than the one the person is registered in."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._places import current
from features.person._register import registered


def _register(view: View) -> Pairs:
    return view.match("persons", "person_id")


def _compute(view: View) -> Float:
    home = current(view, registered(view).division)
    paid = current(view, view.own("division_code"))
    return np.where((home < 0) | (paid < 0), np.nan, home != paid)


is_village_unlike_register = Feature(
    name="is_village_unlike_register",
    title=("发放村与登记村不一致", "paid in another village than registered in"),
    unit="flag",
    null="none",
    needs=("persons", "divisions"),
    compute=_compute,
    rests_on=_register,
    cases=(
        Case("at home", world().paid("P1"), 0.0),
        Case("elsewhere", world().paid("P1", division_code="519901102001"), 1.0),
        Case(
            "moved, and the register knows",
            world()
            .add("persons", person_id="P1", division_code="519901102001", recorded_at="2019-01-01")
            .paid("P1", division_code="519901102001"),
            0.0,
        ),
        Case("nobody registered", world().paid("P99"), None),
    ),
)
