"""Earlier awards to the household of an item that is granted once only."""

from __future__ import annotations

import numpy as np

from features.asof import Pairs, View
from features.disbursement._same_item import earlier, standing
from features.person._register import household_of
from features.program._item import item_flag


def earlier_awards(view: View) -> Pairs:
    """Standing earlier lines of the once-only item to the household, other periods or applications."""
    return view.memo(_earlier)


def _earlier(view: View) -> Pairs:
    once = item_flag(view, "once_per_household")
    keys = {"household_id": np.where(once, household_of(view), -1), "program_id": view.own("program_id")}
    found = earlier(view.match("disbursements", keys))
    other = found["application_id"].astype(np.int64) != found.own("application_id")
    unnamed = found["application_id"].astype(np.int64) < 0
    another_period = found["period"].astype(np.int64) != found.own("period")
    replaced = found["disbursement_id"].astype(np.int64) == found.own("reissue_of")
    return standing(found.where((other | (unnamed & another_period)) & ~replaced))
