"""Cards the same hand opened for others within a week of this one."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.card import _opening


def _compute(view: View) -> Float:
    return _opening.counted(view)


in_bulk = (
    world()
    .add("persons", person_id="N1", household_id="HN1", phone=None, recorded_at="2018-04-01T09:00:00")
    .add("persons", person_id="N2", household_id="HN2", phone=None, recorded_at="2018-04-01T09:00:00")
    .add("cards", card_id="CN1", holder_person_id="N1", opened_on="2018-04-10", opened_by_person_id="P6")
    .add("cards", card_id="CN2", holder_person_id="N2", opened_on="2018-04-11", opened_by_person_id="P6")
)
for_old_villagers = world().change("cards", "card_id", "C3", opened_by_person_id="P6", opened_on="2018-04-10")

count_cards_in_opening_batch = Feature(
    name="count_cards_in_opening_batch",
    title=("同一代办人一周内代开卡张数", "cards opened for others by the same hand within a week"),
    unit="count",
    null="none",
    needs=("cards.opened_by_person_id",),
    compute=_compute,
    rests_on=_opening.batch_rows,
    cases=(
        Case("opened by the holder", world().paid("P1"), None),
        Case("two cards in two days", in_bulk.paid("N1", card_id="CN1", household_id="HN1"), 2.0),
        Case("one card", for_old_villagers.paid("P3"), 1.0),
    ),
)
