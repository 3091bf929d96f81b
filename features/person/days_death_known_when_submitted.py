"""Days the earliest record of the death had been known when the line was submitted (negative: learned later)."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.person._status import deaths


def _compute(view: View) -> Float:
    found = deaths(view)
    return view.own("submitted_at") - found.min(found["recorded_at"])


on_record = world().died("P1", on="2019-01-10", recorded="2019-02-01T10:00:00")

days_death_known_when_submitted = Feature(
    name="days_death_known_when_submitted",
    title=("发放时死亡已登记天数", "days the death was known when the line was submitted"),
    unit="days",
    null="none",
    needs=("civil_events",),
    compute=_compute,
    rests_on=deaths,
    cases=(
        Case("recorded ten weeks before", on_record.paid("P1", at="2019-04-12T10:00:00"), 70.0),
        Case("recorded afterwards: not on record yet", on_record.paid("P1", at="2019-01-20"), None),
    ),
)
