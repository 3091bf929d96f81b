"""The amount is above the rate, and the official who prepared it does so far more often than others."""

from __future__ import annotations

from features._world import world
from features.disbursement.ratio_preparer_over_rate_to_county_365d import ratio_preparer_over_rate_to_county_365d
from features.disbursement.yuan_off_rate import yuan_off_rate
from features.disbursement.yuan_off_rate_with_other_lines import yuan_off_rate_with_other_lines
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

many = world()
for day in range(1, 25):
    many = many.paid("P3", period="2018-10", at=f"2018-11-{day:02}", prepared_by="O5").paid(
        "P4", period="2018-10", at=f"2018-11-{day:02}", prepared_by="O3"
    )
    many = many.paid("P5", period="2018-10", at=f"2018-11-{day:02}", prepared_by="O4")
    many = many.paid("P6", period="2018-10", at=f"2018-11-{day:02}", prepared_by="O4")
    many = many.paid("P1", period="2018-10", at=f"2018-12-{day:02}", amount="120.00", prepared_by="O2")

RULE = Rule(
    code="T18.over_rate_by_one_preparer",
    title=("Above the rate, one preparer", "同一经办人多次高于标准"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=((col(yuan_off_rate) > 0) & (col(ratio_preparer_over_rate_to_county_365d) >= setting("T18.times_county"))),
    unless=(
        Unless(
            "all lines of the household together agree with the rate",
            "同户各笔合计与标准一致",
            col(yuan_off_rate_with_other_lines).is_(0),
        ),
    ),
    because=(
        (
            "{yuan_off_rate} yuan above the rate; the preparer does so {ratio_preparer_over_rate_to_county_365d} "
            "times as often as the county"
        ),
        "高于标准{yuan_off_rate}元，该经办人高于标准的比例为全县的{ratio_preparer_over_rate_to_county_365d}倍",
    ),
    blind_to="counties where everybody does",
    next_steps=(
        ("Recompute from rate and quantity", "按标准和数量重新计算"),
        ("Ask the preparer what the difference is for", "询问经办人差额原因"),
    ),
    cases=(
        fires(
            "the only preparer whose lines are above",
            many.paid("P1", amount="120.00", period="2019-04", prepared_by="O2"),
        ),
        quiet("another preparer, one line", many.paid("P3", amount="120.00", period="2019-04", prepared_by="O3")),
        explained(
            "the household's whole amount on one of its two lines",
            many.paid("P1", "LAND", quantity=2, amount="200.00", at="2019-04-20", prepared_by="O2").paid(
                "P1", "LAND", quantity=3, amount="500.00", at="2019-04-20", prepared_by="O2"
            ),
        ),
        quiet("the same preparer, as published", many.paid("P1", period="2019-04", prepared_by="O2")),
    ),
)
