"""Share of the cards opened with this one whose holders already had an open card of the kind."""

from __future__ import annotations

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.card import _opening


def _compute(view: View) -> Float:
    return ratio(_opening.counted(view, "second_card"), _opening.counted(view))


seconds = (
    world()
    .add("cards", card_id="S1", holder_person_id="P1", opened_on="2019-04-01", opened_by_person_id="P6")
    .add("cards", card_id="S3", holder_person_id="P3", opened_on="2019-04-02", opened_by_person_id="P6")
)
firsts = (
    world()
    .change("cards", "card_id", "C1", opened_by_person_id="P6")
    .change("cards", "card_id", "C3", opened_by_person_id="P6")
)

share_second_cards_in_opening_batch = Feature(
    name="share_second_cards_in_opening_batch",
    title=("批量代开卡中持卡人已有同类卡占比", "share of second cards in the batch of cards"),
    unit="share",
    null="none",
    needs=("cards.opened_by_person_id",),
    compute=_compute,
    rests_on=_opening.batch_rows,
    cases=(
        Case("opened by the holder", world().paid("P1"), None),
        Case("both had a card", seconds.paid("P1", card_id="S1"), 1.0),
        Case("first cards", firsts.paid("P1"), 0.0),
    ),
)
