"""Whether the card paid to belongs to somebody of another household who is no kin and no proxy on record."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.card import _holder


def _compute(view: View) -> Float:
    relation = view.memo(_holder.relation)
    return np.where(relation == _holder.UNKNOWN, np.nan, flag(relation == _holder.STRANGER))


is_card_holder_stranger = Feature(
    name="is_card_holder_stranger",
    title=("收款卡持卡人与补贴对象无登记关系", "card of an unrelated person"),
    unit="flag",
    null="unknown",
    needs=("cards", "authorizations"),
    compute=_compute,
    rests_on=_holder.card_rows,
    cases=(
        Case("own card", world().paid("P1"), 0.0),
        Case("card of a neighbour", world().paid("P1", card_id="C3"), 1.0),
        Case("card of the spouse", world().paid("P1", card_id="C2"), 0.0),
        Case(
            "card of a guardian on record",
            world().add("authorizations", person_id="P1", proxy_id="P3").paid("P1", card_id="C3"),
            0.0,
        ),
        Case(
            "guardian recorded later",
            world()
            .add("authorizations", person_id="P1", proxy_id="P3", recorded_at="2020-01-01")
            .paid("P1", card_id="C3"),
            1.0,
        ),
        Case("card nobody registered", world().paid("P1", card_id="C99"), None),
    ),
)
