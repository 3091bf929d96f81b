"""Whether the line is paid in another village than the application it rests on."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._places import current


def _application(view: View) -> Pairs:
    return view.match("applications", "application_id")


def _compute(view: View) -> Float:
    applied = current(view, view.lookup("applications", "division_code", "application_id"))
    paid = current(view, view.own("division_code"))
    return np.where((applied < 0) | (paid < 0), np.nan, applied != paid)


applied = world().add("applications", application_id="A1")

is_village_unlike_application = Feature(
    name="is_village_unlike_application",
    title=("发放村与申报村不一致", "paid in another village than applied for"),
    unit="flag",
    null="none",
    needs=("applications.division_code", "divisions"),
    compute=_compute,
    rests_on=_application,
    cases=(
        Case("the village applied for", applied.paid("P1", application_id="A1"), 0.0),
        Case("another village", applied.paid("P1", application_id="A1", division_code="519901102001"), 1.0),
        Case(
            "the village merged into another",
            applied.change("divisions", "division_code", "519901101001", successor_code="519901101002").paid(
                "P1", application_id="A1", division_code="519901101002"
            ),
            0.0,
        ),
        Case("no application named", world().paid("P1"), None),
    ),
)
