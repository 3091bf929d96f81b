"""Open cards of the payee of the same kind as the one paid to."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.card import _holder


def _rows(view: View) -> Pairs:
    cards = view.match("cards", {"holder_person_id": view.own("person_id")})
    closed = cards["closed_on"]
    return cards.where(
        (np.isnan(closed) | (closed > cards.at)) & (cards["kind"] == cards.own(_holder.card_fact(view, "kind")))
    )


def _compute(view: View) -> Float:
    return _rows(view).count()


count_open_cards_of_payee = Feature(
    name="count_open_cards_of_payee",
    title=("本人同类有效卡张数", "open cards of the payee of this kind"),
    unit="count",
    null="none",
    needs=("cards",),
    compute=_compute,
    rests_on=_rows,
    cases=(
        Case("one", world().paid("P1"), 1.0),
        Case("two", world().add("cards", card_id="C9", holder_person_id="P1").paid("P1"), 2.0),
        Case(
            "the first was closed",
            world()
            .change("cards", "card_id", "C1", closed_on="2018-01-01")
            .add("cards", card_id="C9", holder_person_id="P1")
            .paid("P1", card_id="C9"),
            1.0,
        ),
    ),
)
