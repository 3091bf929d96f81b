"""Share of lines above the rate among those the same official prepared in a year, against all lines of the year."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.disbursement._everything import everything
from features.disbursement._rates import is_over

YEAR = 365.0
ASSUMED_LINES = 50.0
"""Lines of county-average behaviour added to every official, so that few lines say little."""


def _compute(view: View) -> Float:
    lines = view.ledger.tables["disbursements"]
    lines.derived("is_over_rate", is_over)
    lines.derived("everything", everything)
    cells = view.unique("prepared_by")
    whole = {"everything": np.zeros(cells.n, dtype=np.int64)}
    county = ratio(
        cells.running("disbursements", whole, days=YEAR, of="is_over_rate"),
        cells.running("disbursements", whole, days=YEAR),
    )
    over = cells.running("disbursements", "prepared_by", days=YEAR, of="is_over_rate")
    all_lines = cells.running("disbursements", "prepared_by", days=YEAR)
    smoothed = ratio(over + ASSUMED_LINES * county, all_lines + ASSUMED_LINES)
    values = np.where(np.asarray(cells.own("prepared_by")) >= 0, ratio(smoothed, county), np.nan)
    return np.asarray(cells.spread(values))


one = world()
for month in range(1, 4):
    one = one.paid("P1", period=f"2019-0{month}", at=f"2019-0{month}-20", amount="120.00", prepared_by="O2")
    one = one.paid("P3", period=f"2019-0{month}", at=f"2019-0{month}-20", prepared_by="O5")

ratio_preparer_over_rate_to_county_365d = Feature(
    name="ratio_preparer_over_rate_to_county_365d",
    title=("经办人高于标准笔数占比与全县之比", "the preparer's share of lines above the rate, against the county"),
    unit="ratio",
    null="unknown",
    needs=("program_rates", "disbursements.quantity", "disbursements.prepared_by"),
    compute=_compute,
    cases=(
        Case("the only one whose lines are above", one, (50 * 0.5) / 53 / 0.5, 1e-9),
        Case("nothing is above the rate", world().paid("P1"), None),
        Case("nobody named", world().paid("P1", prepared_by=None), None),
    ),
)
