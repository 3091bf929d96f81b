"""Whether the last debit fell in January or February, when migrants are home for Spring Festival."""

from __future__ import annotations

import numpy as np

from features._calendar import month_of
from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.asof.ledger import MICROSECONDS_A_DAY
from features.card import _activity


def _compute(view: View) -> Float:
    known = _activity.last_debit(view, _activity.flow(view.ledger).known)
    day = np.where(np.isnan(known), 0.0, (known + view.ledger.utc_offset) / MICROSECONDS_A_DAY)
    month = month_of(day).astype(np.int64) % 12 + 1
    return np.where(np.isnan(known), np.nan, flag(month <= 2))


quiet_card = (
    world()
    .add("card_transactions", at="2018-12-01T10:00:00", amount="50.00")
    .paid("P1", at="2019-01-10")
    .add("settlements", disbursement_id="D1", at="2019-01-12")
    .paid("P1", at="2019-02-10")
    .add("settlements", disbursement_id="D2", at="2019-02-12")
)
emptied = quiet_card.add("card_transactions", at="2019-03-01T10:00:00", amount="200.00")

is_pile_taken_around_new_year = Feature(
    name="is_pile_taken_around_new_year",
    title=("上次支出在春节前后", "last debit around Spring Festival"),
    unit="flag",
    null="none",
    needs=("card_transactions", "settlements"),
    compute=_compute,
    cases=(
        Case("nothing was taken", world().paid("P1"), None),
        Case("in March", emptied.paid("P1"), 0.0),
        Case("in February", quiet_card.add("card_transactions", at="2019-02-20T10:00:00").paid("P1"), 1.0),
    ),
)
