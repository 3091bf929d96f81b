"""What was posted about each payment's application, and whether that is a defect."""

from __future__ import annotations

import numpy as np

from features._feature import Float
from features.asof import LedgerTable, Pairs, View
from features.disbursement._chain import Codes

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


def first_line(table: LedgerTable) -> Float:
    """1.0 for the first payment made on each application, else 0.0; shape (rows,)."""
    out = np.zeros(table.rows)
    out[_first_rows(table)] = 1.0
    return out


def _first_rows(table: LedgerTable) -> Codes:
    index = table.index(("application_id",))
    return np.asarray(index.rows[index.starts[index.ends > index.starts]], dtype=np.int64)


def first_line_unposted(table: LedgerTable) -> Float:
    """1.0 for the first payment of an application whose list, as known then, was missing or hung for half its days."""
    out = np.zeros(table.rows)
    rows = _first_rows(table)
    share = share_of_required(View(table.ledger, table.known_at[rows], rows))
    with np.errstate(invalid="ignore"):
        out[rows[share <= SHORT]] = 1.0
    return out
