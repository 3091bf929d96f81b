"""Whether another standing line pays the same person, item and period on an application made earlier."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._same_item import lines_of_period
from features.person._register import sub_view


def _lines(view: View) -> Pairs:
    """Lines on another application that came first."""
    found = lines_of_period(view)
    other = found["application_id"].astype(np.int64)
    own = found.own("application_id").astype(np.int64)
    found = found.where((other >= 0) & (own >= 0) & (other != own))
    mine = np.asarray(view.lookup("applications", "applied_on", "application_id"))[found.query]
    theirs = sub_view(found, {"application_id": found["application_id"]}).lookup(
        "applications", "applied_on", "application_id"
    )
    return found.where(theirs < mine)


def _compute(view: View) -> Float:
    return _lines(view).any()


two = (
    world()
    .add("applications", application_id="A1", applied_on="2018-11-05")
    .add("applications", application_id="A2", applied_on="2018-12-20")
    .paid("P1", application_id="A1")
)

is_on_second_application = Feature(
    name="is_on_second_application",
    title=("同期另有更早申报已发放", "an earlier application already pays this period"),
    unit="flag",
    null="none",
    needs=("applications.applied_on",),
    compute=_compute,
    rests_on=_lines,
    cases=(
        Case("two applications, both paid for April", two.paid("P1", application_id="A2"), 1.0),
        Case("the line on the first application", two.paid("P1", application_id="A2").about("D1"), 0.0),
        Case("the second pays another period", two.paid("P1", application_id="A2", period="2019-05"), 0.0),
    ),
)
