"""Open own cards the payee was paid on in the last 90 days."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.card import _people
from features.card._moment import at_submission


def _then(view: View) -> Float:
    """Payments of one person in 90 days are few, so they are looked at one by one."""
    paid = view.match("disbursements", "person_id", days=90)
    there = _people.sub(view, paid.query, {"card_id": paid["card_id"]})
    row = there.latest("cards", "card_id")
    holder = there.at_rows("cards", "holder_person_id", row)
    closed = np.asarray(there.at_rows("cards", "closed_on", row), dtype=np.float64)
    good = (holder == paid["person_id"]) & (np.isnan(closed) | (closed > paid.at))
    kept = paid.where(good)
    return kept.distinct(kept["card_id"])


def _compute(view: View) -> Float:
    return _then(view.memo(at_submission))


count_own_cards_paid_90d = Feature(
    name="count_own_cards_paid_90d",
    title=("近90天本人收款有效卡张数", "own open cards paid in the last 90 days"),
    unit="count",
    null="none",
    needs=("cards",),
    compute=_compute,
    cases=(
        Case("one", world().paid("P1"), 1.0),
        Case(
            "two",
            world()
            .add("cards", card_id="C9", holder_person_id="P1")
            .paid("P1", card_id="C9", at="2019-03-20")
            .paid("P1"),
            2.0,
        ),
        Case("a neighbour's card is not own", world().paid("P1", card_id="C3"), 0.0),
    ),
)
