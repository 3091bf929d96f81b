"""Whether somebody else than the holder opened the card."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.card import _holder, _opening


def _compute(view: View) -> Float:
    return np.where(view.memo(_holder.card_row) >= 0, flag(view.memo(_opening.opener) >= 0), np.nan)


for_old_villagers = world().change("cards", "card_id", "C3", opened_by_person_id="P6", opened_on="2018-04-10")

is_card_opened_by_another = Feature(
    name="is_card_opened_by_another",
    title=("由他人代开卡", "card opened by somebody else"),
    unit="flag",
    null="none",
    needs=("cards.opened_by_person_id",),
    compute=_compute,
    rests_on=_holder.card_rows,
    cases=(
        Case("opened by the holder", world().paid("P1"), 0.0),
        Case("opened by a clerk", for_old_villagers.paid("P3"), 1.0),
    ),
)
