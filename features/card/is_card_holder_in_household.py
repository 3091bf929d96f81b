"""Whether the card paid to belongs to another member of the payee's household."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.card import _holder


def _compute(view: View) -> Float:
    relation = view.memo(_holder.relation)
    return np.where(relation == _holder.UNKNOWN, np.nan, flag(relation == _holder.HOUSEHOLD))


is_card_holder_in_household = Feature(
    name="is_card_holder_in_household",
    title=("持卡人为同户成员", "card of another household member"),
    unit="flag",
    null="unknown",
    needs=("cards",),
    compute=_compute,
    rests_on=_holder.card_rows,
    cases=(
        Case("own card", world().paid("P1"), 0.0),
        Case("card of the spouse", world().paid("P1", card_id="C2"), 1.0),
    ),
)
