"""Months due by age in the person's last period before this one that no line has paid by now.

Who is still paid afterwards had not died or left: a short last line of a person who did is no shortfall.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features.asof import Pairs, View
from features.disbursement._months import months_by_age
from features.disbursement._same_item import earlier, lines_of_item
from features.disbursement.quantity_months_short_of_age import quantity_months_short_of_age, winter
from features.program._item import item_is


def _before(view: View) -> Pairs:
    found = earlier(lines_of_item(view))
    return found.where(found.period_to() < view.period_from()[found.query])


def _compute(view: View) -> Float:
    found = _before(view)
    last = found.last(found.row.astype(np.float64), by=found.period_to())
    asked = ~np.isnan(last) & item_is(view, "quantity_unit", "month") & ~np.isnan(months_by_age(view))
    out = np.full(view.n, np.nan)
    if asked.any():
        then = View(view.ledger, view.at[asked], last[asked].astype(np.int64))
        out[asked] = quantity_months_short_of_age.of(then)
    return out


short = winter.paid("P1", "OLDAGE", period="2019Q1", quantity=1, at="2019-03-15")

quantity_months_short_last_period = Feature(
    name="quantity_months_short_last_period",
    title=("上期应发未发的月数", "months due in the last period and not paid by now"),
    unit="quantity",
    null="none",
    needs=("persons.birth_date", "programs.min_age", "civil_events"),
    compute=_compute,
    rests_on=_before,
    model=False,
    cases=(
        Case(
            "one month of three in winter, paid again in spring",
            short.paid("P1", "OLDAGE", period="2019Q2", quantity=3, at="2019-06-15"),
            2.0,
        ),
        Case(
            "made up for since",
            short.paid("P1", "OLDAGE", period="2019Q1", quantity=2, at="2019-05-15").paid(
                "P1", "OLDAGE", period="2019Q2", quantity=3, at="2019-06-15"
            ),
            0.0,
        ),
        Case("the short line itself", short, None),
    ),
)
