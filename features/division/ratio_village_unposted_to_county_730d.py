"""How many times the county's share of payments without a proper notice the village's share is, over two years.

The county's share is that of all items or of this item, whichever is larger.
By application; the scored payment's own is left out, and three applications at the county's share are added.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features.asof import View
from features.disbursement._everything import everything
from features.disbursement._notice import first_line, first_line_unposted
from features.division.count_village_unposted_730d import WINDOW_DAYS, unposted, unposted_but_own

WEIGHT = 3.0


def _compute(view: View) -> Float:
    table = view.ledger.tables["disbursements"]
    table.derived("first_line", first_line)
    table.derived("first_line_unposted", first_line_unposted)
    table.derived("everywhere", everything)
    own = [np.asarray(view.own(name), dtype=np.int64) for name in ("division_code", "program_id")]
    cells = view.unique(*own, np.zeros(view.n, dtype=np.int64), names=("division_code", "program_id", "everywhere"))
    every = cells.running("disbursements", "everywhere", days=WINDOW_DAYS, of="first_line")
    every_unposted = cells.running("disbursements", "everywhere", days=WINDOW_DAYS, of="first_line_unposted")
    here = cells.running("disbursements", "division_code", days=WINDOW_DAYS, of="first_line")
    item = cells.running("disbursements", "program_id", days=WINDOW_DAYS, of="first_line")
    item_unposted = cells.running("disbursements", "program_id", days=WINDOW_DAYS, of="first_line_unposted")
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = cells.spread(np.fmax(every_unposted / every, item_unposted / item))
        value = (
            (view.memo(unposted_but_own) + WEIGHT * usual)
            / (np.maximum(cells.spread(here) - 1.0, 0.0) + WEIGHT)
            / usual
        )
    return np.where(np.isfinite(value), value, np.nan)


ratio_village_unposted_to_county_730d = Feature(
    name="ratio_village_unposted_to_county_730d",
    title=("本村未按规定公示占比与全县之比", "village share of payments without proper notice against the county's"),
    unit="ratio",
    null="none",
    needs=("notices", "notices.posted_to", "applications", "programs.notice_days"),
    compute=_compute,
    cases=(
        Case("everybody's, here and elsewhere", unposted("P3", "P4", "P1"), 1.0),
        Case(
            "no list was missing",
            unposted().add("applications", application_id="A1", program_id="PENSION").paid("P1", application_id="A1"),
            None,
        ),
    ),
)
