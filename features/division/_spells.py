"""How long people stay on a village's list of a means-tested monthly item, and how many came and went."""

from __future__ import annotations

import numpy as np

from features._feature import Float
from features.asof import Pairs, View
from features.asof.view import Cells
from features.program._item import item_flag, item_is

WINDOW_DAYS = 730
SHORT_PAYMENTS = 6
"""A stay of half a year or less is short for an item granted by the year."""
ENDED_DAYS = 62.0
"""Two runs missed: the stay has ended."""
KEYS = ("division_code", "program_id")


def lists(view: View) -> Cells:
    """The distinct (village, item, moment) of lines of means-tested monthly items."""
    asked = item_flag(view, "means_tested") & item_is(view, "frequency", "monthly")
    return view.unique(*[np.where(asked, np.asarray(view.own(k), dtype=np.int64), -1) for k in KEYS], names=KEYS)


def stays(cells: Cells) -> tuple[Pairs, Float, Float, Float]:
    """One payment for each (list, person), with number, first and last day of the person's payments in the window."""
    lines = cells.match("disbursements", KEYS, days=WINDOW_DAYS)
    width = np.int64(len(cells.ledger.vocabulary("person")) + 1)
    key = lines.query.astype(np.int64) * width + lines["person_id"].astype(np.int64)
    _, first, group, number = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    days = lines["submitted_at"]
    begin, end = np.full(len(number), np.inf), np.full(len(number), -np.inf)
    np.minimum.at(begin, group, days)
    np.maximum.at(end, group, days)
    one = Pairs(cells, "disbursements", lines.query[first], lines.row[first])
    return one, number.astype(np.float64), begin, end


def short_stays(view: View) -> tuple[Float, Float]:
    """By query: people who came and went within the window, and all people of the window; (0, 0) where not asked."""
    cells = view.memo(lists)
    one, number, begin, end = stays(cells)
    came = begin > one.at - WINDOW_DAYS + ENDED_DAYS
    gone = end < one.at - ENDED_DAYS
    short = (number <= SHORT_PAYMENTS) & came & gone
    return np.asarray(cells.spread(one.where(short).count())), np.asarray(cells.spread(one.count()))
