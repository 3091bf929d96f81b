"""A village's list for an item in a period, as on record at the moment."""

from __future__ import annotations

import numpy as np

from features._feature import Float
from features.asof import View
from features.asof.view import Cells
from features.program._item import needed_kind

KEYS = ("division_code", "program_id", "period")


def cells_of_lists(view: View) -> Cells:
    """The distinct (village, item, period, moment) of lines that a registered holding bounds."""
    bounded = needed_kind(view, "holding_kind", "holdings") >= 0
    own = [np.asarray(view.own(k), dtype=np.int64) for k in KEYS]
    return view.unique(*[np.where(bounded, k, -1) for k in own], names=KEYS)


def county(cells: Cells, of: str) -> Float:
    """Share of a flag over the whole county's lines for the item and period, on record at the moment."""
    keys = ("program_id", "period")
    with np.errstate(divide="ignore", invalid="ignore"):
        return cells.running("disbursements", keys, of=of) / cells.running("disbursements", keys)
