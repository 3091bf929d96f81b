"""Whether somebody else than the holder, the family or a helper on record had the card's PIN reset."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.card import _actors


def _rows(view: View) -> Pairs:
    return _actors.by_strangers(view, "pin_reset")


def _compute(view: View) -> Float:
    return _rows(view).any()


is_pin_reset_by_another = Feature(
    name="is_pin_reset_by_another",
    title=("由他人重置密码", "PIN reset by somebody else"),
    unit="flag",
    null="none",
    needs=("card_events", "cards"),
    compute=_compute,
    rests_on=_rows,
    cases=(
        Case("never", world().paid("P1"), 0.0),
        Case(
            "by a neighbour",
            world().add("card_events", card_id="C1", kind="pin_reset", actor_person_id="P3").paid("P1"),
            1.0,
        ),
        Case(
            "by the holder",
            world().add("card_events", card_id="C1", kind="pin_reset", actor_person_id="P1").paid("P1"),
            0.0,
        ),
        Case(
            "by the wife",
            world().add("card_events", card_id="C1", kind="pin_reset", actor_person_id="P2").paid("P1"),
            0.0,
        ),
    ),
)
