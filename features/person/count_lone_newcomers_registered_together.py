"""People without family and phone who came to the village's register within a week of the payee, one of them."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.person import _newcomers


def _compute(view: View) -> Float:
    return _newcomers.registered_together(view)


registered = (
    world()
    .add("persons", person_id="N1", household_id="HN1", phone=None, recorded_at="2018-04-01T09:00:00")
    .add("persons", person_id="N2", household_id="HN2", phone=None, recorded_at="2018-04-02T09:00:00")
)

count_lone_newcomers_registered_together = Feature(
    name="count_lone_newcomers_registered_together",
    title=("同村同周新登记的单人无电话人员数", "people without family or phone registered in the same week"),
    unit="count",
    null="none",
    needs=("persons.recorded_at",),
    compute=_compute,
    rests_on=_newcomers.rows_together,
    cases=(
        Case("known for years", world().paid("P1"), 0.0),
        Case("two in two days", registered.paid("N1", card_id="CN1", household_id="HN1"), 2.0),
        Case(
            "a family",
            registered.add("persons", person_id="N3", household_id="HN1", recorded_at="2018-04-01T09:00:00").paid(
                "N1", card_id="CN1"
            ),
            0.0,
        ),
        Case("too fresh to tell", registered.paid("N1", card_id="CN1", at="2018-04-10"), 0.0),
    ),
)
