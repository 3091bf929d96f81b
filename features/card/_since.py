"""How many payments the card has taken since something happened to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import View
from features.card import _people

Float = NDArray[np.float64]


def payments_since(view: View, day: Float) -> Float:
    """Payments to the card submitted after local day `day` (n,) and before this one, NaN where `day` is NaN; (n,).

    Payments are a better clock than days: what is done to a card shows at the next payments, monthly or yearly.
    """
    out = np.full(view.n, np.nan)
    asked = np.flatnonzero(~np.isnan(day))
    cards = _people.sub(view, asked, {"card_id": view.own("card_id")[asked]})
    paid = cards.match("disbursements", "card_id")
    own = np.asarray(view.own("submitted_at"), dtype=np.float64)[asked]
    between = (paid["submitted_at"] > day[asked][paid.query]) & (paid["submitted_at"] < own[paid.query])
    out[asked] = paid.where(between).count()
    return out
