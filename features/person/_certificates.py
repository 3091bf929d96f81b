"""Certificates of the kind the item asks for, held by the person paid."""

from __future__ import annotations

import numpy as np

from features.asof import Pairs, View
from features.program._item import item_is, needed_kind


def needed_certificates(view: View) -> Pairs:
    """Every such certificate on record; empty for items that ask for none or are paid to households."""
    return view.memo(_needed)


def _needed(view: View) -> Pairs:
    kind = needed_kind(view, "certificate_kind", "certificates")
    asks = (kind >= 0) & item_is(view, "paid_per", "person")
    found = view.match("certificates", {"person_id": np.where(asks, view.own("person_id"), -1)})
    return found.where(found["kind"].astype(np.int64) == kind[found.query])


def valid_certificates(view: View) -> Pairs:
    """Those valid on some day of the period."""
    found = needed_certificates(view)
    begun = found["valid_from"] <= view.period_to()[found.query]
    return found.where(begun & ~(found["valid_to"] < view.period_from()[found.query]))
