"""A payment close below the township's own limit, to a household that had such payments before."""

from __future__ import annotations

from features._world import world
from features.disbursement.ratio_amount_to_township_limit import ratio_amount_to_township_limit
from features.household.count_household_near_limit_730d import count_household_near_limit_730d
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

once = world().paid("P3", "RELIEF", at="2018-05-01", amount="1950.00")

RULE = Rule(
    code="T21.household_again_at_limit",
    title=("Again close below the township's limit", "多次紧贴乡镇审批限额"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(col(ratio_amount_to_township_limit) >= setting("T21.near_limit"))
    & (col(ratio_amount_to_township_limit) <= 1)
    & (col(count_household_near_limit_730d) >= setting("T21.earlier_near_limit")),
    because=(
        "Close below the sum the township may determine alone; the household had {count_household_near_limit_730d} such"
        " payments in the two years before",
        "金额紧贴乡镇可自行审批的限额，该户此前两年已有{count_household_near_limit_730d}次同类发放",
    ),
    blind_to="grants split between households of one family",
    next_steps=(
        ("Compare with how often the township grants this amount to others", "与该乡镇对其他农户的同额发放比较"),
        ("Visit the household: what happened, and did it get the money", "入户核实困难事由和到手金额"),
    ),
    cases=(
        fires("the second one in a year", once.paid("P3", "RELIEF", amount="1900.00")),
        quiet("the first one", world().paid("P3", "RELIEF", amount="1900.00")),
        quiet(
            "the earlier one was far below",
            world().paid("P3", "RELIEF", at="2018-05-01", amount="500.00").paid("P3", "RELIEF", amount="1900.00"),
        ),
        quiet("above the limit, so the county determined it", once.paid("P3", "RELIEF", amount="3000.00")),
    ),
)
