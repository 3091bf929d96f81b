"""Several people without family and phone came to a village's register in one week, and are paid."""

from __future__ import annotations

from features._world import world
from features.card.share_lone_newcomers_in_opening_batch import share_lone_newcomers_in_opening_batch
from features.person.count_lone_newcomers_registered_together import count_lone_newcomers_registered_together
from features.person.count_traces import count_traces
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

together = world()
for _name in ("N1", "N2", "N3"):
    together = together.add(
        "persons", person_id=_name, household_id="H" + _name, phone=None, recorded_at="2018-04-01T09:00:00"
    )
family = together.change("persons", "person_id", "N2", household_id="HN1").change(
    "persons", "person_id", "N3", household_id="HN1"
)

resettled = together
for _name, _home in (("F1", "HF1"), ("F2", "HF1")):
    resettled = resettled.add("persons", person_id=_name, household_id=_home, recorded_at="2018-04-01T09:00:00")
for _name in ("N1", "F1", "F2"):
    resettled = resettled.add(
        "cards", card_id="C" + _name, holder_person_id=_name, opened_on="2018-04-10", opened_by_person_id="P6"
    )

RULE = Rule(
    code="T12.lone_newcomers_in_one_week",
    title=("Newcomers without family or phone, registered together", "同村同周集中新登记单人无电话人员"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=(col(count_lone_newcomers_registered_together) >= setting("T12.registered_together"))
    & (col(count_traces) <= setting("T12.few_traces")),
    unless=(
        Unless(
            "the cards were opened together with those of whole families that moved in",
            "与整户迁入家庭同批开卡，属集中安置",
            col(share_lone_newcomers_in_opening_batch) < setting("T12.most_of_batch"),
        ),
    ),
    because=(
        "{count_lone_newcomers_registered_together} people without family or phone came to the village's"
        " register within a week; {count_traces} other traces of this one",
        "同村一周内新登记{count_lone_newcomers_registered_together}名单人无电话人员；本人其他生活痕迹{count_traces}项",
    ),
    blind_to="people registered one at a time",
    next_steps=(
        ("Visit the address, or ask two neighbours whether the person exists", "实地走访或向两名邻居核实是否确有其人"),
        ("Compare with the police register", "与公安户籍比对"),
    ),
    cases=(
        fires("three in one week", together.paid("N1", card_id="C1", household_id="HN1")),
        explained(
            "cards opened with those of families that moved in",
            resettled.paid("N1", card_id="CN1", household_id="HN1"),
        ),
        quiet("a family that moved in", family.paid("N1", card_id="C1", household_id="HN1")),
        quiet(
            "an old man without a phone, known for years",
            world().change("persons", "person_id", "P3", phone=None).paid("P3"),
        ),
        quiet(
            "they use their cards and have kin",
            together.add("cards", card_id="CN1", holder_person_id="N1")
            .add("card_transactions", card_id="CN1")
            .add("kinship", person_id="N1", relative_id="P3")
            .paid("N1", card_id="CN1"),
        ),
    ),
)
