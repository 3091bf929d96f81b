"""Departments (not the village, not the family) that reported the death of the person paid."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.person._status import deaths, departmental


def _compute(view: View) -> Float:
    found = deaths(view)
    good = departmental(found)
    named = found.where(good)
    distinct = named.distinct(named["source"])
    unnamed = named.where(named["source"] < 0).any()
    return np.where(found.count() > 0, distinct + unnamed, np.nan)


on_record = world().died("P1", on="2019-01-10", recorded="2019-02-01", source="police")

count_death_sources = Feature(
    name="count_death_sources",
    title=("登记死亡的部门数", "departments that reported the death"),
    unit="count",
    null="none",
    needs=("civil_events",),
    compute=_compute,
    rests_on=deaths,
    cases=(
        Case("police only", on_record.paid("P1"), 1.0),
        Case(
            "police and the funeral home",
            on_record.died("P1", on="2019-01-11", recorded="2019-03-01", source="funeral_home").paid("P1"),
            2.0,
        ),
        Case(
            "a paper the village signed",
            world().died("P1", on="2019-01-10", recorded="2019-02-01", source="village_report").paid("P1"),
            0.0,
        ),
        Case("nobody reported one", world().paid("P1"), None),
    ),
)
