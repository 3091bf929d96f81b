"""What was posted about each payment's application, and whether that is a defect."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features._feature import Float
from features.asof import LedgerTable, Pairs, View
from features.asof.grows import by_row

SHORT = 0.5
"""A list that hung for no more than half the required days was as good as not posted."""


def posted(view: View) -> Pairs:
    """Lists on record that carried the application."""
    return view.match("notices", "application_id")


def share_of_required(view: View) -> Float:
    """Days of the longest posting over the days the item requires; 0 where it was never posted.

    NaN where the item requires none, or the payment names no application on record.
    """
    pairs = view.memo(posted)
    longest = pairs.max(pairs["posted_to"] - pairs["posted_from"])
    need = np.asarray(view.lookup("programs", "notice_days", "program_id"), dtype=np.float64)
    known = view.latest("applications", "application_id") >= 0
    hung = np.where(pairs.any() > 0, longest, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(known & (need > 0), hung / need, np.nan)


@by_row()
def first_line(table: LedgerTable) -> Float:
    """1.0 for the first payment made on each application, else 0.0; shape (rows,)."""
    return np.asarray(is_first(table, ("application_id",)), dtype=np.float64)


def is_first(table: LedgerTable, columns: tuple[str, ...]) -> NDArray[np.bool_]:
    """Whether each row is the first of its group, false for rows in none; shape (rows,)."""
    index = table.index(columns)
    groups = index.lookup([table.column(name) for name in columns])
    return np.asarray((groups >= 0) & (index.firsts(groups) == table.row_numbers), dtype=np.bool_)


@by_row()
def first_line_unposted(table: LedgerTable) -> Float:
    """1.0 for the first payment of an application whose list, as known then, was missing or hung for half its days."""
    out = np.zeros(table.rows)
    places = np.flatnonzero(is_first(table, ("application_id",)))
    if not len(places):
        return out
    share = share_of_required(View(table.ledger, table.known_at[places], table.row_numbers[places]))
    with np.errstate(invalid="ignore"):
        out[places[share <= SHORT]] = 1.0
    return out
