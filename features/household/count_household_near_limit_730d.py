"""Earlier payments of the item to the household in two years that came close below the township's own limit.

Close below means between three quarters of the limit and the limit itself.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.graph._kin import household_of_payee

NEAR = 0.75


def near_limit(view: View) -> Pairs:
    """Other payments of the item to the household, close below the limit, in two years."""
    limit = view.lookup("programs", "township_limit", "program_id")
    bounded = ~np.isnan(limit)
    program = np.where(bounded, np.asarray(view.own("program_id"), dtype=np.int64), -1)
    paid = view.match("disbursements", {"household_id": view.memo(household_of_payee), "program_id": program}, days=730)
    top = paid.own(limit)
    other = paid["disbursement_id"] != paid.own("disbursement_id")
    return paid.where(other & (paid["amount"] <= top) & (paid["amount"] >= NEAR * top))


def _compute(view: View) -> Float:
    limit = view.lookup("programs", "township_limit", "program_id")
    return np.where(np.isnan(limit), np.nan, view.memo(near_limit).count())


relief = world().paid(program="RELIEF", at="2018-06-01", amount="1900.00")

count_household_near_limit_730d = Feature(
    name="count_household_near_limit_730d",
    title=("两年内农户紧贴限额的发放次数", "household's payments close below the limit in two years"),
    unit="count",
    null="none",
    needs=("programs.township_limit",),
    compute=_compute,
    rests_on=lambda view: view.memo(near_limit),
    cases=(
        Case("a second one within two years", relief.paid(program="RELIEF", amount="1950.00"), 1.0),
        Case(
            "the earlier one was small",
            relief.change("disbursements", "disbursement_id", "D1", amount="300.00").paid(
                program="RELIEF", amount="1950.00"
            ),
            0.0,
        ),
        Case("an item without a limit", relief.paid(), None),
    ),
)
