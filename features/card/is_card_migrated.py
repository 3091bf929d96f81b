"""Whether the payee moved from a passbook to an own social-security card since the last payment."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.card import _holder, _previous


def _compute(view: View) -> Float:
    row = view.memo(_previous.previous_of_person)
    before = view.lookup("cards", "kind", {"card_id": view.at_rows("disbursements", "card_id", row)})
    own = view.memo(_holder.relation) == _holder.SELF
    now = _holder.card_fact(view, "kind")
    moved = (before == _holder.KINDS.index("passbook")) & (now == _holder.KINDS.index("social_security"))
    return np.where(row >= 0, flag(moved & own), np.nan)


is_card_migrated = Feature(
    name="is_card_migrated",
    title=("由存折迁移到本人社保卡", "moved from a passbook to the own social-security card"),
    unit="flag",
    null="none",
    needs=("cards",),
    compute=_compute,
    rests_on=_holder.card_rows,
    cases=(
        Case("first payment", world().paid("P1"), None),
        Case(
            "from a passbook",
            world()
            .add("cards", card_id="B1", holder_person_id="P1", kind="passbook")
            .paid("P1", card_id="B1", at="2019-03-20")
            .paid("P1"),
            1.0,
        ),
        Case("same card", world().paid("P1", at="2019-03-20").paid("P1"), 0.0),
    ),
)
