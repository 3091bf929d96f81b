"""The same multiple for the household's last earlier period, by what is known now of its holdings then."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.disbursement._holdings import latest_holdings, lines_of_household
from features.person._register import household_of
from features.program._item import needed_kind


def _compute(view: View) -> Float:
    lines = lines_of_household(view)
    lines = lines.where(lines.period_to() < view.period_from()[lines.query])
    last = lines.max(lines.period_to())
    lines = lines.where(lines.period_to() == last[lines.query])
    first = lines.min(lines.period_from())
    kind = needed_kind(view, "holding_kind", "holdings")
    held = latest_holdings(view, household_of(view), np.where(np.isnan(last), -1, kind), first, last)
    return np.where(held.count() > 0, ratio(lines.sum(lines["quantity"]), held.sum(held["quantity"])), np.nan)


ten_mu = (
    world()
    .add("holdings", holding_id="L1", household_id="H1", quantity=10)
    .paid("P1", "LAND", quantity=12, at="2018-07-20")
)

ratio_quantity_to_holdings_last_period = Feature(
    name="ratio_quantity_to_holdings_last_period",
    title=("上期申领数量与登记面积之比", "last period's quantity as a multiple of the holdings"),
    unit="ratio",
    null="none",
    needs=("holdings", "disbursements.quantity", "programs.holding_kind"),
    compute=_compute,
    cases=(
        Case("over the year before", ten_mu.paid("P1", "LAND", quantity=12), 1.2),
        Case(
            "last year's claim is explained by a survey recorded since",
            ten_mu.add(
                "holdings",
                holding_id="L1",
                household_id="H1",
                quantity=12,
                valid_from="2018-02-01",
                recorded_at="2018-09-01",
            ).paid("P1", "LAND", quantity=12),
            1.0,
        ),
        Case("no earlier period", world().add("holdings", household_id="H1").paid("P1", "LAND", quantity=12), None),
    ),
)
