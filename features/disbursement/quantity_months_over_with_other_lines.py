"""Months paid beyond the period by this and the other standing lines for the same person, item and period."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._same_item import lines_of_period
from features.program._item import item_is, months_of_period


def _compute(view: View) -> Float:
    other = lines_of_period(view)
    total = view.own("quantity") + other.sum(other["quantity"])
    return np.where(item_is(view, "quantity_unit", "month"), np.maximum(total - months_of_period(view), 0.0), np.nan)


once = world().paid("P1", "OLDAGE", period="2019Q1", quantity=3)

quantity_months_over_with_other_lines = Feature(
    name="quantity_months_over_with_other_lines",
    title=("同期各笔合计超出所属期的月数", "months beyond the period, all lines together"),
    unit="quantity",
    null="none",
    needs=("disbursements.quantity",),
    compute=_compute,
    rests_on=lines_of_period,
    cases=(
        Case("the quarter paid twice", once.paid("P1", "OLDAGE", period="2019Q1", quantity=3), 3.0),
        Case(
            "the first line came back",
            once.add("settlements", disbursement_id="D1", status="returned", at="2019-04-21").paid(
                "P1", "OLDAGE", period="2019Q1", quantity=3, at="2019-04-25"
            ),
            0.0,
        ),
        Case(
            "two instalments of one quarter",
            world().paid("P1", "OLDAGE", period="2019Q1", quantity=1).paid("P1", "OLDAGE", period="2019Q1", quantity=2),
            0.0,
        ),
    ),
)
