"""Whether the card paid to has not been activated."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.card import _holder


def _compute(view: View) -> Float:
    on = _holder.card_fact(view, "activated_on")
    waiting = np.isnan(on) | (on > view.day_at)
    return np.where(view.memo(_holder.card_row) >= 0, flag(waiting), np.nan)


is_card_never_activated = Feature(
    name="is_card_never_activated",
    title=("收款卡从未激活", "card never activated"),
    unit="flag",
    null="none",
    needs=("cards.activated_on",),
    compute=_compute,
    rests_on=_holder.card_rows,
    cases=(
        Case("activated in 2015", world().paid("P1"), 0.0),
        Case("never", world().change("cards", "card_id", "C1", activated_on=None).paid("P1"), 1.0),
        Case("activated later", world().change("cards", "card_id", "C1", activated_on="2020-01-01").paid("P1"), 1.0),
    ),
)
