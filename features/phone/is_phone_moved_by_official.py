"""Whether an official of another household moved the card's notices to another phone."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.card import _actors, _people


def _rows(view: View) -> Pairs:
    moved = _actors.by_strangers(view, "phone_changed")
    actor = _people.sub(view, moved.query, {"person_id": moved["actor_person_id"]})
    return moved.where(actor.running("officials", "person_id") > 0)


def _compute(view: View) -> Float:
    return _rows(view).any()


is_phone_moved_by_official = Feature(
    name="is_phone_moved_by_official",
    title=("由经办人员变更预留手机号", "notices moved by an official"),
    unit="flag",
    null="none",
    needs=("card_events", "cards", "officials"),
    compute=_compute,
    rests_on=_rows,
    cases=(
        Case("never", world().paid("P1"), 0.0),
        Case(
            "by the secretary",
            world()
            .change("officials", "official_id", "O1", person_id="P4")
            .add("card_events", card_id="C1", kind="phone_changed", value="19911111111", actor_person_id="P4")
            .paid("P1"),
            1.0,
        ),
        Case(
            "by a neighbour",
            world()
            .add("card_events", card_id="C1", kind="phone_changed", value="19911111111", actor_person_id="P4")
            .paid("P1"),
            0.0,
        ),
    ),
)
