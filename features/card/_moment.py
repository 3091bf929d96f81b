"""The circumstances of a payment are those of its own submission, also when it is scored again after payment."""

from __future__ import annotations

import numpy as np

from features.asof import Pairs, View


def at_submission(view: View) -> View:
    """The same payments as of their own submission; the view itself where it is that already. Ask through `memo`."""
    if view.rows is None:
        return view
    submitted = view.ledger.tables["disbursements"].known_at[view.rows]
    return view if np.array_equal(submitted, view.at) else View.before_payment(view.ledger, view.rows)


def seen_from(view: View, pairs: Pairs) -> Pairs:
    """Pairs of `at_submission(view)` as pairs of the view, for evidence."""
    return Pairs(view, pairs.table, pairs.query, pairs.row)
