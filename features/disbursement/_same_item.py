"""Other lines that pay the same item: to the same person or number, for the same or an overlapping period."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import Pairs, View
from features.person._register import sub_view

Bool = NDArray[np.bool_]


def others(pairs: Pairs) -> Pairs:
    """Pairs of lines without the scored line itself."""
    rows = pairs.view.rows
    return pairs if rows is None else pairs.where(pairs.row != rows[pairs.query])


def earlier(pairs: Pairs) -> Pairs:
    """Pairs of lines that came before the scored line (by moment, then by number)."""
    rows = pairs.view.rows
    return pairs if rows is None else pairs.where(pairs.row < rows[pairs.query])


def standing(pairs: Pairs) -> Pairs:
    """Pairs of lines that the bank has not failed or returned, as far as known."""
    view = pairs.view
    if not view.has("settlements"):
        return pairs
    answer = sub_view(pairs, {"disbursement_id": pairs["disbursement_id"]}).lookup(
        "settlements", "status", "disbursement_id"
    )
    return pairs.where(answer <= 0)


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
