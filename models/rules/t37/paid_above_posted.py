"""More was paid than the posted list said, with no later list that says so."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_lines_on_application import count_lines_on_application
from features.disbursement.ratio_quantity_to_posted import ratio_quantity_to_posted
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

applied = (
    world()
    .add("applications", application_id="A1", program_id="LAND")
    .add("notices", posted_from="2019-05-11", posted_to="2019-05-18", quantity=4.4)
)

RULE = Rule(
    code="T37.paid_above_posted",
    title=("Paid more than was posted", "发放数量高于公示数量"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(ratio_quantity_to_posted) >= setting("T37.paid_to_posted"),
    unless=(
        Unless(
            "paid on several lines, one a parcel, of which the list carried the first",
            "按地块分行发放，公示为其中一行",
            col(count_lines_on_application) >= 2,
        ),
    ),
    because=(
        "Paid {ratio_quantity_to_posted} times the quantity the village could read on the list",
        "发放数量为公示数量的{ratio_quantity_to_posted}倍",
    ),
    blind_to="lists that were never entered",
    next_steps=(
        ("Compare the posted list with the roster line by line", "逐户比对公示表与发放名册"),
        ("Look for minutes of a correction", "查找更正会议记录"),
    ),
    cases=(
        fires("half as much again", applied.paid("P1", "LAND", at="2019-07-20", application_id="A1", quantity=6.6)),
        explained(
            "a second parcel on a line of its own",
            applied.paid("P1", "LAND", at="2019-07-19", application_id="A1", quantity=4.4).paid(
                "P1", "LAND", at="2019-07-20", application_id="A1", quantity=1.8
            ),
        ),
        quiet(
            "minuted correction, posted again",
            applied.add("notices", posted_from="2019-05-20", posted_to="2019-05-28", quantity=6.6).paid(
                "P1", "LAND", at="2019-07-20", application_id="A1", quantity=6.6
            ),
        ),
        quiet(
            "two instalments",
            applied.paid("P1", "LAND", at="2019-07-19", application_id="A1", quantity=2.0).paid(
                "P1", "LAND", at="2019-07-20", application_id="A1", quantity=2.4
            ),
        ),
    ),
)
