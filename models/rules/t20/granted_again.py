"""A once-only item is granted to the household again, not as rebuilding at the highest grade."""

from __future__ import annotations

from features._world import world
from features.disbursement.is_top_grade_rate import is_top_grade_rate
from features.household.count_earlier_awards import count_earlier_awards
from models.rules._expression import col
from models.rules._rule import Rule, Unless, explained, fires, quiet

built = (
    world()
    .add("program_rates", program_id="HOUSING", grade=3, rate="18000.00")
    .paid("P1", "HOUSING", at="2017-06-20", application_id="A1")
)

RULE = Rule(
    code="T20.granted_again",
    title=("Once-only item again", "一次性项目重复享受"),
    severity="high",
    desk="department",
    suspect_role="household",
    when=col(count_earlier_awards) >= 1,
    unless=(
        Unless(
            "paid at the highest grade, as for rebuilding after a disaster",
            "按最高档次发放，符合灾后重建情形",
            col(is_top_grade_rate).is_true(),
        ),
    ),
    because=(
        "{count_earlier_awards} earlier grant(s) of the once-only item to the household",
        "该户此前已享受{count_earlier_awards}次",
    ),
    blind_to="households split to claim again",
    next_steps=(
        ("Read the earlier grant and its acceptance", "核对此前批准和验收材料"),
        ("Look at the house", "实地查看房屋"),
    ),
    cases=(
        fires(
            "the spouse, two years later",
            built.paid("P2", "HOUSING", at="2019-06-20", application_id="A2", amount="100.00"),
        ),
        quiet("the second instalment of one grant", built.paid("P1", "HOUSING", at="2017-09-20", application_id="A1")),
        quiet("another household", built.paid("P3", "HOUSING", at="2019-06-20", application_id="A2")),
        explained(
            "rebuilt after a disaster, at the highest grade",
            built.paid("P1", "HOUSING", at="2019-06-20", application_id="A2", amount="18000.00"),
        ),
    ),
)
