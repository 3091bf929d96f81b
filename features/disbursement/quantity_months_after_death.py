"""Months paid to the person beyond the month of the latest death on record."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._months import beyond, months_alive
from features.person._status import deaths
from features.program._item import paid_to_a_living_person


def _compute(view: View) -> Float:
    return np.where(paid_to_a_living_person(view), beyond(view, months_alive(view)), np.nan)


on_record = world().died("P1", on="2019-01-10", recorded="2019-02-01")

quantity_months_after_death = Feature(
    name="quantity_months_after_death",
    title=("死亡当月之后仍发放的月数", "months paid beyond the month of death"),
    unit="quantity",
    null="none",
    needs=("civil_events",),
    compute=_compute,
    rests_on=deaths,
    cases=(
        Case("April, after a death in January", on_record.paid("P1", period="2019-04"), 1.0),
        Case("the month of death itself", on_record.paid("P1", at="2019-02-09", period="2019-01"), 0.0),
        Case(
            "a quarter of which one month was lived, paid in full",
            on_record.paid("P1", "OLDAGE", period="2019Q1", quantity=3),
            2.0,
        ),
        Case(
            "a quarter of which one month was lived, one month paid",
            on_record.paid("P1", "OLDAGE", period="2019Q1", quantity=1),
            0.0,
        ),
        Case("land goes on", on_record.paid("P1", "LAND"), None),
        Case("recorded after the payment", on_record.paid("P1", at="2019-01-20", period="2019-01"), None),
    ),
)
