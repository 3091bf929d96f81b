"""Days the earliest record of the payee's death had been known when the line was submitted."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.person._status import deaths


def _compute(view: View) -> Float:
    found = deaths(view)
    return view.day_at - found.min(found["recorded_at"])


on_record = world().died("P1", on="2019-01-10", recorded="2019-02-01T10:00:00")

days_since_death_recorded = Feature(
    name="days_since_death_recorded",
    title=("死亡登记后的天数", "days since the death was recorded"),
    unit="days",
    null="none",
    needs=("civil_events",),
    compute=_compute,
    rests_on=deaths,
    cases=(
        Case("recorded ten weeks before", on_record.paid("P1", at="2019-04-12T10:00:00"), 70.0),
        Case("recorded afterwards", on_record.paid("P1", at="2019-01-20"), None),
    ),
)
