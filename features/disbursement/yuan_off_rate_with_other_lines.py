"""Deviation from the rates of all lines of the household for the item and period together."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._rates import due
from features.disbursement._same_item import standing


def _lines(view: View) -> Pairs:
    return standing(view.match("disbursements", ("household_id", "program_id", "period")))


def _compute(view: View) -> Float:
    found = due(view)
    lines = _lines(view)
    quantity = view.own("quantity")
    rate = np.where(
        (quantity > 0) & ~np.isnan(found.nearest), found.nearest / np.where(quantity > 0, quantity, 1.0), np.nan
    )
    # The line itself carries the rate; its companions only amounts and quantities.
    total = lines.sum(lines["amount"]) - rate * lines.sum(lines["quantity"])
    total = np.where(np.abs(total) <= lines.count() + 0.0001 * np.abs(lines.sum(lines["amount"])), 0.0, total)
    # Some preparers write the household's whole amount on one of its lines.
    whole = np.abs(view.own("amount") - rate * lines.sum(lines["quantity"])) <= lines.count()
    total = np.where(whole, 0.0, total)
    return np.where(found.off == 0, 0.0, np.where(lines.count() > 1, total, found.off))


half = world().paid("P1", "LAND", quantity=2, amount="350.00")

yuan_off_rate_with_other_lines = Feature(
    name="yuan_off_rate_with_other_lines",
    title=("同户同期各笔合计与标准的差额", "deviation from the rate, all lines of the household together"),
    unit="fen",
    null="none",
    needs=("program_rates", "disbursements.quantity"),
    compute=_compute,
    rests_on=_lines,
    cases=(
        Case(
            "two parcels whose amounts were written on the wrong lines",
            half.paid("P1", "LAND", quantity=3, amount="150.00"),
            0.0,
        ),
        Case("one line, too much", half, 15000.0),
        Case("as published", world().paid("P1", "LAND", quantity=3, amount="300.00"), 0.0),
    ),
)
