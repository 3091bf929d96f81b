"""Earlier lines above the rate (no whole multiple of it) of the same item, village and preparer, within a year."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._rates import is_over_in_part

GROUP = ("division_code", "program_id", "prepared_by")


def _compute(view: View) -> Float:
    lines = view.ledger.tables["disbursements"]
    own = np.asarray(lines.derived("is_over_in_part", is_over_in_part), dtype=np.float64)
    mine = own[view.rows] if view.rows is not None else np.zeros(view.n)
    return view.running("disbursements", GROUP, days=365, of="is_over_in_part") - mine


over = world().paid("P1", period="2019-03", at="2019-03-20", amount="110.00")

count_village_lines_over_rate_365d = Feature(
    name="count_village_lines_over_rate_365d",
    title=("一年内本村同项高于标准的笔数", "lines above the rate in the village and item, in a year"),
    unit="count",
    null="none",
    needs=("program_rates", "disbursements.quantity", "disbursements.prepared_by"),
    compute=_compute,
    cases=(
        Case("the month before", over.paid("P3"), 1.0),
        Case("prepared by another", over.paid("P3", prepared_by="O5"), 0.0),
        Case("two months owed", world().paid("P1", period="2019-03", at="2019-03-20", amount="200.00").paid("P3"), 0.0),
        Case("its own", over, 0.0),
    ),
)
