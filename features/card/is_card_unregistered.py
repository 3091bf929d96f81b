"""Whether no such card is on record."""

from __future__ import annotations

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.card import _holder


def _compute(view: View) -> Float:
    return flag(view.memo(_holder.card_row) < 0)


is_card_unregistered = Feature(
    name="is_card_unregistered",
    title=("收款卡未登记", "card nobody registered"),
    unit="flag",
    null="none",
    needs=("cards",),
    compute=_compute,
    cases=(
        Case("registered card", world().paid("P1"), 0.0),
        Case("a number no bank handed over", world().paid("P1", card_id="C99"), 1.0),
        Case(
            "opened after the run",
            world().add("cards", card_id="C9", holder_person_id="P1", opened_on="2020-01-01").paid("P1", card_id="C9"),
            1.0,
        ),
    ),
)
