"""Second cards were opened in bulk by one hand for people who already had one, and this payment goes there."""

from __future__ import annotations

from features._world import world
from features.card.count_cards_in_opening_batch import count_cards_in_opening_batch
from features.card.count_open_cards_of_payee import count_open_cards_of_payee
from features.card.share_second_cards_in_opening_batch import share_second_cards_in_opening_batch
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

seconds = (
    world()
    .add("cards", card_id="S1", holder_person_id="P1", opened_on="2019-04-01", opened_by_person_id="P6")
    .add("cards", card_id="S3", holder_person_id="P3", opened_on="2019-04-02", opened_by_person_id="P6")
)

RULE = Rule(
    code="T29.second_cards_opened_in_bulk",
    title=("Second cards opened in bulk", "一人为多名已有卡人员批量代开第二张卡"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(col(share_second_cards_in_opening_batch) >= setting("T29.most_of_batch"))
    & (col(count_cards_in_opening_batch) >= setting("T29.batch"))
    & (col(count_open_cards_of_payee) >= setting("T29.own_cards")),
    because=(
        "{count_cards_in_opening_batch} cards opened by the same hand within a week,"
        " {share_second_cards_in_opening_batch} of them for people who had an open card of the kind",
        "同一人一周内代开{count_cards_in_opening_batch}张卡，其中{share_second_cards_in_opening_batch}的持卡人已有同类有效卡",
    ),
    blind_to="cards opened without a recorded hand",
    next_steps=(
        ("Ask the holder which card is in hand", "向持卡人核实手中持有哪张卡"),
        ("Ask the outlet who brought the papers and who took the cards", "向网点查询代办人及领卡人"),
    ),
    cases=(
        fires("two second cards, one hand", seconds.paid("P1", card_id="S1")),
        quiet(
            "campaign day: first cards",
            world()
            .change("cards", "card_id", "C1", opened_by_person_id="P6")
            .change("cards", "card_id", "C3", opened_by_person_id="P6")
            .paid("P1"),
        ),
        quiet(
            "one second card",
            world()
            .add("cards", card_id="S1", holder_person_id="P1", opened_on="2019-04-01", opened_by_person_id="P6")
            .paid("P1", card_id="S1"),
        ),
        quiet(
            "the old cards were closed",
            seconds.change("cards", "card_id", "C1", closed_on="2019-04-05").paid("P1", card_id="S1"),
        ),
    ),
)
