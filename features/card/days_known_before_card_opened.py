"""Days the holder had been on the register when the card was opened."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.asof.ledger import MICROSECONDS_A_DAY
from features.card import _holder, _opening


def _compute(view: View) -> Float:
    persons = view.ledger.tables["persons"]
    since = persons.derived("first_known", _opening.first_known)
    known = since[view.memo(_holder.holder)]
    day = (known + view.ledger.utc_offset) / MICROSECONDS_A_DAY
    days = _holder.card_fact(view, "opened_on") - np.floor(day)
    return np.where(known <= view.at, days, np.nan)


days_known_before_card_opened = Feature(
    name="days_known_before_card_opened",
    title=("开卡前持卡人登记天数", "days on the register before the card was opened"),
    unit="days",
    null="none",
    needs=("cards", "persons"),
    compute=_compute,
    rests_on=_holder.card_rows,
    cases=(
        Case("ten days", world().change("cards", "card_id", "C1", opened_on="2015-01-11").paid("P1"), 10.0),
        Case("nobody registered the card", world().paid("P1", card_id="C99"), None),
    ),
)
