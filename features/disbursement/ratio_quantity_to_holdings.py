"""Quantity paid to the household for the period (all lines) as a multiple of its registered holdings."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import Pairs, View
from features.disbursement._holdings import lines_of_household, own_holdings


def _compute(view: View) -> Float:
    held = own_holdings(view)
    lines = lines_of_household(view)
    same = lines["period"].astype(np.int64) == lines.own("period")
    total = lines.where(same).sum(lines["quantity"][same])
    total = np.where(np.asarray(view.own("household_id")) >= 0, total, view.own("quantity"))
    return np.where(held.count() > 0, ratio(total, held.sum(held["quantity"])), np.nan)


def _rests_on(view: View) -> Pairs:
    return own_holdings(view)


ten_mu = world().add("holdings", holding_id="L1", household_id="H1", quantity=10)

ratio_quantity_to_holdings = Feature(
    name="ratio_quantity_to_holdings",
    title=("申领数量与登记面积之比", "quantity as a multiple of the registered holdings"),
    unit="ratio",
    null="none",
    needs=("holdings", "disbursements.quantity", "programs.holding_kind"),
    compute=_compute,
    rests_on=_rests_on,
    cases=(
        Case("twelve mu on ten", ten_mu.paid("P1", "LAND", quantity=12), 1.2),
        Case("two parcels on two lines", ten_mu.paid("P1", "LAND", quantity=4).paid("P1", "LAND", quantity=6), 1.0),
        Case(
            "the parcel was surveyed again",
            ten_mu.add(
                "holdings",
                holding_id="L1",
                household_id="H1",
                quantity=12,
                valid_from="2019-01-01",
                recorded_at="2019-02-01",
            ).paid("P1", "LAND", quantity=12),
            1.0,
        ),
        Case("an item without holdings", ten_mu.paid("P1"), None),
    ),
)
