"""Share of the village's applications for the item, paid in two years, without a list or with one that hung half."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features.asof import View
from features.disbursement._notice import first_line, first_line_unposted
from features.division.count_village_unposted_730d import WINDOW_DAYS, unposted

KEYS = ("division_code", "program_id")


def _compute(view: View) -> Float:
    table = view.ledger.tables["disbursements"]
    table.derived("first_line", first_line)
    table.derived("first_line_unposted", first_line_unposted)
    cells = view.unique(*KEYS)
    bad = cells.running("disbursements", KEYS, days=WINDOW_DAYS, of="first_line_unposted")
    every = cells.running("disbursements", KEYS, days=WINDOW_DAYS, of="first_line")
    return np.asarray(cells.spread(ratio(bad, np.where(every > 0, every, np.nan))))


share_village_item_unposted_730d = Feature(
    name="share_village_item_unposted_730d",
    title=("本村该项目未按规定公示占比", "share of the village's applications for the item without a proper notice"),
    unit="share",
    null="none",
    needs=("notices", "notices.posted_to", "applications", "programs.notice_days"),
    compute=_compute,
    cases=(
        Case("none was posted", unposted("P3", "P4", "P1"), 1.0),
        Case(
            "one of two",
            unposted("P3")
            .add("applications", application_id="A9", program_id="LAND")
            .add("notices", application_id="A9", posted_from="2019-02-01", posted_to="2019-02-10")
            .paid("P1", "LAND", application_id="A9"),
            0.5,
        ),
    ),
)
