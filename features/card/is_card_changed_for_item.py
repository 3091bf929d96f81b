"""Whether the payee's last payment of this item went to another card."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.card import _previous


def _compute(view: View) -> Float:
    row = view.memo(_previous.previous_of_item)
    card = view.at_rows("disbursements", "card_id", row)
    return np.where(row >= 0, flag(card != view.own("card_id")), np.nan)


is_card_changed_for_item = Feature(
    name="is_card_changed_for_item",
    title=("本项目收款卡与上次不同", "card changed since the last payment of the item"),
    unit="flag",
    null="none",
    needs=(),
    compute=_compute,
    cases=(
        Case("first payment", world().paid("P1"), None),
        Case("same card", world().paid("P1", at="2019-03-20").paid("P1"), 0.0),
        Case("another card", world().paid("P1", at="2019-03-20").paid("P1", card_id="C3"), 1.0),
    ),
)
