"""Days since this payment came back, where nothing has replaced it; null otherwise."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._credit import RETURNED


def came_back(view: View) -> Pairs:
    """The bank's answer that this payment came back."""
    found = view.match("settlements", "disbursement_id")
    return found.where(found["status"] == RETURNED)


def _compute(view: View) -> Float:
    found = view.memo(came_back)
    again = View(view.ledger, view.at, None, {"reissue_of": np.asarray(view.own("disbursement_id"), dtype=np.int64)})
    replaced = again.running("disbursements", "reissue_of") > 0
    return np.where(replaced, np.nan, view.day_at - found.min(found["at"]))


returned = (
    world()
    .paid("P1", at="2019-04-20", disbursement_id="E1")
    .add("settlements", disbursement_id="E1", status="returned", amount=None, at="2019-04-20T10:00:00")
)

days_returned_without_reissue = Feature(
    name="days_returned_without_reissue",
    title=("退回后未补发天数", "days since it came back and was not sent again"),
    unit="days",
    null="none",
    needs=("settlements", "disbursements.reissue_of"),
    compute=_compute,
    rests_on=lambda view: view.memo(came_back),
    cases=(
        Case("came back at once", returned, 0.0),
        Case("not come back", world().paid("P1"), None),
    ),
)
