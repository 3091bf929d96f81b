"""Which village or township an official's post belongs to."""

from __future__ import annotations

import numpy as np

from features._feature import Float
from features.asof import View
from features.disbursement._chain import Codes
from features.disbursement._places import current

VILLAGE_POSTS = ("village_secretary", "village_director", "village_accountant", "village_group_leader")


def posted_in_village(view: View, officials: Codes) -> Codes:
    """Code of the village today of each official who holds a village post, -1 for other posts or unknown."""
    keys = {"official_id": officials}
    post = view.lookup("officials", "post", keys)
    place = current(view, view.lookup("officials", "division_code", keys))
    declared = view.ledger.tables["officials"].schema.column("post").values
    in_village = np.isin(post, [declared.index(name) for name in VILLAGE_POSTS])
    return np.where(in_village, place, -1).astype(np.int64)


def foreign(view: View, officials: Codes) -> Float:
    """1.0 where the official holds a post of another village than the payment's, 0.0 of the same, NaN otherwise."""
    there = posted_in_village(view, officials)
    here = current(view, view.own("division_code"))
    return np.where((there < 0) | (here < 0), np.nan, (there != here).astype(np.float64))
