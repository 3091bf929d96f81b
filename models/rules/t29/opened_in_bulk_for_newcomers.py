"""Cards opened in bulk by one hand for newcomers who can't be reached."""

from __future__ import annotations

from features._world import world
from features.card.count_cards_in_opening_batch import count_cards_in_opening_batch
from features.card.share_lone_newcomers_in_opening_batch import share_lone_newcomers_in_opening_batch
from features.card.share_unreachable_newcomers_in_opening_batch import share_unreachable_newcomers_in_opening_batch
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

in_bulk = (
    world()
    .add("persons", person_id="N1", household_id="HN1", phone=None, recorded_at="2018-04-01T09:00:00")
    .add("persons", person_id="N2", household_id="HN2", phone=None, recorded_at="2018-04-01T09:00:00")
    .add("cards", card_id="CN1", holder_person_id="N1", opened_on="2018-04-10", opened_by_person_id="P6")
    .add("cards", card_id="CN2", holder_person_id="N2", opened_on="2018-04-11", opened_by_person_id="P6")
)
families = in_bulk.add("persons", person_id="N3", household_id="HN1", recorded_at="2018-04-01T09:00:00").add(
    "persons", person_id="N4", household_id="HN2", recorded_at="2018-04-01T09:00:00"
)
one_family = in_bulk.add("persons", person_id="N3", household_id="HN1", recorded_at="2018-04-01T09:00:00")
campaign = (
    world()
    .change("cards", "card_id", "C3", opened_by_person_id="P6", opened_on="2018-04-10")
    .change("cards", "card_id", "C4", opened_by_person_id="P6", opened_on="2018-04-10")
)

RULE = Rule(
    code="T29.opened_in_bulk_for_newcomers",
    title=("Cards opened in bulk for newcomers nobody can reach", "一人为多名无电话新登记人员批量开卡"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=(col(share_unreachable_newcomers_in_opening_batch) >= setting("T29.most_of_batch"))
    & (col(count_cards_in_opening_batch) >= setting("T29.batch")),
    unless=(
        Unless(
            "some of them came with whole families: a resettlement",
            "其中有整户新迁入家庭，属集中安置",
            col(share_lone_newcomers_in_opening_batch) < setting("T29.families"),
        ),
    ),
    because=(
        "{count_cards_in_opening_batch} cards opened by the same hand within a week;"
        " {share_unreachable_newcomers_in_opening_batch} of the holders were new to the register and left no"
        " phone",
        "同一人一周内代开{count_cards_in_opening_batch}张卡，其中{share_unreachable_newcomers_in_opening_batch}的持卡人为新登记且无电话人员",
    ),
    blind_to="cards opened without a recorded hand; people made up among families that really moved in",
    next_steps=(
        ("Ask the outlet who brought the papers and who took the cards", "向网点查询代办人及领卡人"),
        ("Ask the holders whether they hold the card", "向持卡人核实卡是否在本人手中"),
    ),
    cases=(
        fires("two newcomers without a phone, one hand", in_bulk.paid("N1", card_id="CN1", household_id="HN1")),
        quiet("campaign day for people known for years", campaign.paid("P3")),
        explained("two newly resettled families", families.paid("N1", card_id="CN1", household_id="HN1")),
        explained(
            "a widower resettled together with a family",
            one_family.paid("N2", card_id="CN2", household_id="HN2"),
        ),
        quiet("the holder opened it", world().paid("P1")),
    ),
)
