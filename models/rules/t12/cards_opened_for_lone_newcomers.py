"""Cards opened in bulk by one hand for people who had just come to the register, without family."""

from __future__ import annotations

from features._world import world
from features.card.count_cards_in_opening_batch import count_cards_in_opening_batch
from features.card.share_lone_newcomers_in_opening_batch import share_lone_newcomers_in_opening_batch
from features.person.count_traces import count_traces
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
four_and_a_family = in_bulk
for _n in (5, 6, 7):
    four_and_a_family = four_and_a_family.add(
        "persons", person_id=f"N{_n}", household_id=f"HN{_n}", phone=None, recorded_at="2018-04-01T09:00:00"
    ).add("cards", card_id=f"CN{_n}", holder_person_id=f"N{_n}", opened_on="2018-04-10", opened_by_person_id="P6")
four_and_a_family = four_and_a_family.add(
    "persons", person_id="N9", household_id="HN7", recorded_at="2018-04-01T09:00:00"
)
campaign = (
    world()
    .change("cards", "card_id", "C3", opened_by_person_id="P6", opened_on="2018-04-10")
    .change("cards", "card_id", "C4", opened_by_person_id="P6", opened_on="2018-04-10")
)

RULE = Rule(
    code="T12.cards_opened_for_lone_newcomers",
    title=("Cards opened in bulk for newcomers without family", "一人为多名新登记单人户批量开卡"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(col(share_lone_newcomers_in_opening_batch) >= setting("T12.most_of_batch"))
    & (col(count_cards_in_opening_batch) >= setting("T12.batch")),
    unless=(
        Unless(
            "the payee left other traces of a life",
            "补贴对象有其他生活痕迹",
            col(count_traces) >= setting("T12.traces_of_a_life"),
        ),
        Unless(
            "some of them came with whole families: a resettlement",
            "其中有整户新迁入家庭，属集中安置",
            col(share_lone_newcomers_in_opening_batch) < setting("T12.families"),
        ),
    ),
    because=(
        "{count_cards_in_opening_batch} cards opened by the same hand within a week;"
        " {share_lone_newcomers_in_opening_batch} of the holders had come to the register in the 60 days before,"
        " without family",
        "同一人一周内代开{count_cards_in_opening_batch}张卡，其中{share_lone_newcomers_in_opening_batch}的持卡人为开卡前60天内新登记的单人户",
    ),
    blind_to="people invented one at a time, or among families that really moved in; cards opened without a recorded"
    " hand",
    next_steps=(
        ("Visit the address, or ask two neighbours whether the person exists", "实地走访或向两名邻居核实是否确有其人"),
        ("Ask the outlet who brought the papers", "向网点查询开卡资料由谁提交"),
    ),
    cases=(
        fires("two newcomers without family, one hand", in_bulk.paid("N1", card_id="CN1", household_id="HN1")),
        explained(
            "a widower resettled together with a family",
            one_family.paid("N2", card_id="CN2", household_id="HN2"),
        ),
        fires(
            "a family among four who are nowhere else", four_and_a_family.paid("N1", card_id="CN1", household_id="HN1")
        ),
        quiet("two newly resettled families", families.paid("N1", card_id="CN1", household_id="HN1")),
        quiet("campaign day for people known for years", campaign.paid("P3")),
        explained(
            "the newcomer left traces of a life",
            in_bulk.add("kinship", person_id="N1", relative_id="P3")
            .add("certificates", person_id="N1")
            .add("card_transactions", card_id="CN1")
            .paid("N1", card_id="CN1", household_id="HN1"),
        ),
    ),
)
