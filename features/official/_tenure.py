"""Posts, and what began to be paid after somebody took one."""

from __future__ import annotations

import numpy as np

from features._feature import Float
from features.asof import LedgerTable, View
from features.asof.grows import by_row
from features.asof.ledger import MICROSECONDS_A_DAY
from features.disbursement._chain import Codes, chain, person_of_official


@by_row()
def first_of_item(table: LedgerTable) -> Float:
    """By payment: local day of the first payment on record of the item to the person; shape (rows,)."""
    index = table.index(("person_id", "program_id"))
    first = index.firsts(index.lookup([table.column("person_id"), table.column("program_id")]))
    if not table.rows:
        return np.empty(0)
    days = (table.whole.known_at[np.maximum(first, 0)] + table.ledger.utc_offset) / MICROSECONDS_A_DAY
    return np.where(first >= 0, days, np.nan)


def first_paid_on(view: View) -> Float:
    """Local day of the payee's first payment of the item on record, NaN where there is none."""
    table = view.ledger.tables["disbursements"]
    first = table.derived("first_of_item", first_of_item)
    row = view.latest("disbursements", ("person_id", "program_id"))
    return np.where(row >= 0, first[np.maximum(row, 0)], np.nan) if table.rows else np.full(view.n, np.nan)


def township_hand(view: View) -> Codes:
    """The official number that reviewed the application at the township, or prepared the line; -1 unknown."""
    reviewer = view.memo(chain).official["township_review"] if view.has("approvals") else np.full(view.n, -1)
    return np.where(reviewer >= 0, reviewer, np.asarray(view.own("prepared_by"), dtype=np.int64))


def post_began(view: View) -> Float:
    """Local day on which that official took the post, NaN unknown."""
    return np.asarray(view.lookup("officials", "from_date", {"official_id": view.memo(township_hand)}))


def posts_held_before(view: View) -> Float:
    """Other posts on record that the same person took up earlier; NaN where the person is unknown."""
    person = person_of_official(view.ledger, view.memo(township_hand), view.at)
    posts = view.unique(person, names=("person_id",))
    held = posts.spread(posts.distinct("officials", "person_id", "official_id"))
    return np.where(person >= 0, np.maximum(held - 1.0, 0.0), np.nan)
