"""How long people stay on a village's list of a means-tested monthly item, and how many came and went."""

from __future__ import annotations

import numpy as np

from features._feature import Float
from features.asof import LedgerTable, View
from features.asof.grows import by_row
from features.asof.ledger import MICROSECONDS_A_DAY
from features.asof.view import Cells
from features.disbursement._chain import Codes
from features.program._item import item_flag, item_is

WINDOW_DAYS = 730
SHORT_PAYMENTS = 6
"""A stay of half a year or less is short for an item granted by the year."""
ENDED_DAYS = 62
"""Two runs missed: the stay has ended."""
KEYS = ("division_code", "program_id")
STAY = ("person_id", "program_id")


def lists(view: View) -> Cells:
    """The distinct (village, item, moment) of lines of means-tested monthly items."""
    asked = item_flag(view, "means_tested") & item_is(view, "frequency", "monthly")
    return view.unique(*[np.where(asked, np.asarray(view.own(k), dtype=np.int64), -1) for k in KEYS], names=KEYS)


def _one_before(arrived: LedgerTable) -> Codes:
    """The row that each of the rows that arrived stands right after in its stay, -1 where none."""
    index = arrived.index(STAY)
    if not index.size:
        return np.full(arrived.rows, -1, dtype=np.int64)
    groups = index.lookup([arrived.column(name) for name in STAY])
    place = index.places(groups, arrived.row_numbers)
    later = (groups >= 0) & (place > index.starts[np.maximum(groups, 0)])
    return np.asarray(np.where(later, index.rows[np.maximum(place - 1, 0)], -1), dtype=np.int64)


@by_row(also=_one_before)
def ended_short(table: LedgerTable) -> Float:
    """1.0 for a payment that ended a first stay of at most half a year: nothing followed it for two months.

    Whether it did is known two months after the payment, and must not be asked for earlier.
    """
    every, index = table.whole, table.index(STAY)
    groups = index.lookup([table.column(name) for name in STAY])
    out = np.zeros(table.rows)
    in_one = np.flatnonzero(groups >= 0)
    groups = groups[in_one]
    place = index.places(groups, table.row_numbers[in_one])
    nth = place - index.starts[groups] + 1
    last = place + 1 >= index.ends[groups]
    following = index.rows[np.minimum(place + 1, index.ends[groups] - 1)]
    followed = ~last & (every.known_at[following] - table.known_at[in_one] <= ENDED_DAYS * MICROSECONDS_A_DAY)
    out[in_one] = (nth <= SHORT_PAYMENTS) & ~followed
    return out


def short_stays(view: View) -> tuple[Float, Float]:
    """By query: people who came and went within the window, and all people of the window; (0, 0) where not asked."""
    view.ledger.tables["disbursements"].derived("ended_short", ended_short)
    cells = view.memo(lists)
    settled = cells.at - ENDED_DAYS * MICROSECONDS_A_DAY
    then = View(view.ledger, settled, None, {name: cells.own(name) for name in KEYS})
    short = then.running("disbursements", KEYS, days=WINDOW_DAYS - ENDED_DAYS, of="ended_short")
    everybody = cells.distinct("disbursements", KEYS, "person_id", days=WINDOW_DAYS)
    return np.asarray(cells.spread(short)), np.asarray(cells.spread(everybody))
