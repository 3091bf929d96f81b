"""Days since the register first knew the payee."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.asof.ledger import MICROSECONDS_A_DAY
from features.person import _newcomers


def _compute(view: View) -> Float:
    known = view.memo(_newcomers.since)
    return np.where(known <= view.at, (view.at - known) / MICROSECONDS_A_DAY, np.nan)


days_on_register = Feature(
    name="days_on_register",
    title=("首次登记距今天数", "days since the payee was first registered"),
    unit="days",
    null="none",
    needs=("persons.recorded_at",),
    compute=_compute,
    cases=(
        Case(
            "ten days",
            world()
            .add("persons", person_id="N1", recorded_at="2019-04-10T10:00:00")
            .paid("N1", at="2019-04-20T10:00:00"),
            10.0,
        ),
        Case("nobody of that number", world().paid("N9", card_id="C1", household_id="H1", payee_name="某"), None),
    ),
)
