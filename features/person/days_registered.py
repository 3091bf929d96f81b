"""Days the person paid has been in the register (by its first version)."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.person._first import first_registered


def _compute(view: View) -> Float:
    return view.day_at - first_registered(view)


days_registered = Feature(
    name="days_registered",
    title=("登记入册天数", "days in the register"),
    unit="days",
    null="unknown",
    needs=("persons.recorded_at",),
    compute=_compute,
    cases=(
        Case(
            "registered a month before",
            world().add("persons", person_id="P8", household_id="H8", recorded_at="2019-03-21T10:00:00").paid("P8"),
            30.0,
        ),
        Case(
            "a later version does not make the person new",
            world()
            .add("persons", person_id="P8", household_id="H8", recorded_at="2019-03-21T10:00:00")
            .add("persons", person_id="P8", household_id="H2", recorded_at="2019-04-01T10:00:00")
            .paid("P8"),
            30.0,
        ),
        Case("nobody registered", world().paid("P99"), None),
    ),
)
