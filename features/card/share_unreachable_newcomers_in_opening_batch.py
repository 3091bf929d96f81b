"""Share of the cards opened with this one whose holders were new and left no phone anywhere."""

from __future__ import annotations

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.card import _opening


def _compute(view: View) -> Float:
    return ratio(_opening.counted(view, "unreachable_newcomer"), _opening.counted(view))


in_bulk = (
    world()
    .add("persons", person_id="N1", household_id="HN1", phone=None, recorded_at="2018-04-01T09:00:00")
    .add("persons", person_id="N2", household_id="HN2", phone=None, recorded_at="2018-04-01T09:00:00")
    .add("cards", card_id="CN1", holder_person_id="N1", opened_on="2018-04-10", opened_by_person_id="P6")
    .add("cards", card_id="CN2", holder_person_id="N2", opened_on="2018-04-11", opened_by_person_id="P6")
)
for_old_villagers = world().change("cards", "card_id", "C3", opened_by_person_id="P6", opened_on="2018-04-10")

share_unreachable_newcomers_in_opening_batch = Feature(
    name="share_unreachable_newcomers_in_opening_batch",
    title=("批量代开卡中新登记且无电话人员占比", "share of newcomers without a phone in the batch of cards"),
    unit="share",
    null="none",
    needs=("cards.opened_by_person_id", "persons"),
    compute=_compute,
    rests_on=_opening.batch_rows,
    cases=(
        Case("opened by the holder", world().paid("P1"), None),
        Case("no phone in the batch", in_bulk.paid("N1", card_id="CN1", household_id="HN1"), 1.0),
        Case("known for years", for_old_villagers.paid("P3"), 0.0),
    ),
)
