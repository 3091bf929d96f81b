"""Whether the card paid to belongs to a guardian, helper or institution authorised on record."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.card import _holder


def _compute(view: View) -> Float:
    relation = view.memo(_holder.relation)
    return np.where(
        relation == _holder.UNKNOWN, np.nan, flag(np.isin(relation, (_holder.AUTHORISED, _holder.INSTITUTION)))
    )


is_card_holder_authorised = Feature(
    name="is_card_holder_authorised",
    title=("持卡人为登记在案的监护人、代办人或机构", "card of an authorised proxy"),
    unit="flag",
    null="unknown",
    needs=("cards", "authorizations"),
    compute=_compute,
    rests_on=_holder.card_rows,
    cases=(
        Case("own card", world().paid("P1"), 0.0),
        Case(
            "card of a guardian on record",
            world().add("authorizations", person_id="P1", proxy_id="P3").paid("P1", card_id="C3"),
            1.0,
        ),
        Case(
            "card of the institution",
            world().add("cards", card_id="C9", holder_person_id="I1", kind="institution").paid("P1", card_id="C9"),
            1.0,
        ),
    ),
)
