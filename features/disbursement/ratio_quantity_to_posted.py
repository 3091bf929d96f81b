"""What is paid on the application for the period against what the last posted list said; null for items by the month.

A list may carry one line a parcel: lines posted on the same day count together.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import Pairs, View
from features.disbursement._notice import posted
from features.program._item import item_is


def lines(view: View) -> Pairs:
    """Lines on record for the application and period that replace no other."""
    found = view.match("disbursements", ("application_id", "period"))
    return found.where(found["reissue_of"] < 0)


def _compute(view: View) -> Float:
    paid = view.memo(lines)
    notice = view.memo(posted)
    last = notice["posted_from"] == notice.own(notice.max(notice["posted_from"]))
    said = notice.where(last).sum(notice["quantity"][last])
    by_month = item_is(view, "quantity_unit", "month")
    return np.where(by_month, np.nan, ratio(paid.sum(paid["quantity"]), said))


applied = (
    world()
    .add("applications", application_id="A1", program_id="LAND")
    .add("notices", posted_from="2019-05-11", posted_to="2019-05-18", quantity=4.4)
)

ratio_quantity_to_posted = Feature(
    name="ratio_quantity_to_posted",
    title=("发放数量与公示数量之比", "quantity paid against quantity posted"),
    unit="ratio",
    null="none",
    needs=("notices", "notices.quantity", "disbursements.quantity"),
    compute=_compute,
    rests_on=lambda view: (view.memo(posted), view.memo(lines)),
    cases=(
        Case("half as much again", applied.paid("P1", "LAND", at="2019-07-20", application_id="A1", quantity=6.6), 1.5),
        Case(
            "two instalments of what was posted",
            applied.paid("P1", "LAND", at="2019-07-19", application_id="A1", quantity=2.0).paid(
                "P1", "LAND", at="2019-07-20", application_id="A1", quantity=2.4
            ),
            1.0,
        ),
        Case(
            "two parcels on two lines of the list",
            applied.add("notices", posted_from="2019-05-11", posted_to="2019-05-18", quantity=2.2).paid(
                "P1", "LAND", at="2019-07-20", application_id="A1", quantity=6.6
            ),
            1.0,
        ),
        Case("nothing posted", world().paid("P1", "LAND", application_id="A1"), None),
    ),
)
