"""Days from the opening of the card to the payment."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.card import _holder
from features.card._moment import at_submission


def _then(view: View) -> Float:
    return np.floor(view.day_at) - _holder.card_fact(view, "opened_on")


def _compute(view: View) -> Float:
    return _then(view.memo(at_submission))


days_since_card_opened = Feature(
    name="days_since_card_opened",
    title=("开卡距今天数", "days since the card was opened"),
    unit="days",
    null="none",
    needs=("cards",),
    compute=_compute,
    rests_on=_holder.card_rows,
    cases=(
        Case("opened in 2015", world().paid("P1", at="2015-01-11"), 10.0),
        Case("card nobody registered", world().paid("P1", card_id="C99"), None),
    ),
)
