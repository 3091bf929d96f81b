"""Days from the payee's earliest death on record to the first day of the period paid for."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View


def deaths(view: View) -> Pairs:
    """Deaths of the person paid, on record at the moment."""
    events = view.match("civil_events", "person_id")
    return events.where(events.is_("kind", "death"))


def _compute(view: View) -> Float:
    on_record = deaths(view)
    return np.asarray(view.period_from() - on_record.min(on_record["effective_on"]))


on_record = world().died("P1", on="2019-01-10", recorded="2019-02-01")

days_paid_after_death = Feature(
    name="days_paid_after_death",
    title=("死亡后仍发放的天数", "days paid for after a death on record"),
    unit="days",
    null="none",
    needs=("civil_events",),
    compute=_compute,
    rests_on=deaths,
    cases=(
        Case("paid for April, died on 10 January", on_record.paid("P1", at="2019-04-20", period="2019-04"), 81.0),
        Case("the death was recorded after the payment", on_record.paid("P1", at="2019-01-20", period="2019-01"), None),
        Case("somebody else died", on_record.paid("P3"), None),
    ),
)
