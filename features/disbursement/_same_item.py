"""Other lines that pay the same item: to the same person or number, for the same or an overlapping period."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import Pairs, View
from features.asof.grows import by_code
from features.asof.ledger import LedgerTable
from features.person._register import sub_view

Bool = NDArray[np.bool_]


def others(pairs: Pairs) -> Pairs:
    """Pairs of lines without the scored line itself."""
    rows = pairs.view.rows
    return pairs if rows is None else pairs.where(pairs.row != rows[pairs.query])


def earlier(pairs: Pairs) -> Pairs:
    """Pairs of lines that came before the scored line (by moment, then by number)."""
    rows = pairs.view.rows
    ranks = pairs.view.ledger.tables["disbursements"].ranks
    return pairs if rows is None else pairs.where(ranks[pairs.row] < ranks[rows[pairs.query]])


def standing(pairs: Pairs) -> Pairs:
    """Pairs of lines that the bank has not failed or returned, as far as known."""
    view = pairs.view
    if not view.has("settlements"):
        return pairs
    # Few lines ever come back: only those are asked about at the moment.
    ever = np.asarray(view.ledger.tables["settlements"].derived("ever_back", _ever_back), dtype=np.float64) > 0
    perhaps = ever[pairs["disbursement_id"].astype(np.int64)]
    asked = pairs.where(perhaps)
    inner = sub_view(asked, {"disbursement_id": asked["disbursement_id"]})
    back = np.zeros(len(pairs), dtype=bool)
    back[perhaps] = inner.lookup("settlements", "status", "disbursement_id") > 0
    return pairs.where(~back)


def _came_back(settlements: LedgerTable, arrived: LedgerTable, values: NDArray[np.float64], first: int) -> None:
    codes = arrived.column("disbursement_id")[arrived.column("status") > 0].astype(np.int64)
    values[codes[codes >= 0]] = 1.0


@by_code("disbursement", _came_back)
def _ever_back(settlements: LedgerTable) -> NDArray[np.float64]:
    """1.0 by disbursement code where any answer, however late, is not `paid`; one more entry for code -1."""
    out = np.zeros(len(settlements.ledger.vocabulary("disbursement")) + 1)
    out[settlements.column("disbursement_id")[settlements.column("status") > 0].astype(np.int64)] = 1.0
    out[-1] = 0.0
    return out


def overlapping(pairs: Pairs) -> Bool:
    """Whether each line's period shares a day with the period paid for; shape (pairs,)."""
    view = pairs.view
    return (pairs.period_from() <= view.period_to()[pairs.query]) & (
        pairs.period_to() >= view.period_from()[pairs.query]
    )


def lines_of_period(view: View) -> Pairs:
    """Other standing lines for the same person, item and period."""
    return view.memo(_lines_of_period)


def _lines_of_period(view: View) -> Pairs:
    return standing(others(view.match("disbursements", ("person_id", "program_id", "period"))))


def lines_of_item(view: View) -> Pairs:
    """All lines on record for the same person and item, the scored one included."""
    return view.match("disbursements", ("person_id", "program_id"))
