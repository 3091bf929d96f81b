"""A machine that another household registered earlier, and still holds, is paid for again."""

from __future__ import annotations

from features._world import world
from features.household.count_parcels_registered_over_another import count_parcels_registered_over_another
from features.program.is_machine_item import is_machine_item
from models.rules._expression import col
from models.rules._rule import Rule, fires, quiet

first = world().add("holdings", holding_id="M1", household_id="H1", kind="machine", quantity=1, valid_from="2018-02-16")

RULE = Rule(
    code="T19.machine_registered_over_another",
    title=("One machine paid for twice", "同一机具重复申领"),
    severity="high",
    desk="discipline",
    suspect_role="agent",
    when=(col(count_parcels_registered_over_another) >= 1) & col(is_machine_item).is_true(),
    because=(
        "{count_parcels_registered_over_another} of the household's machines were registered earlier by another"
        " household that still holds them",
        "该户有{count_parcels_registered_over_another}台机具他户在先登记且未注销",
    ),
    blind_to="machines with a changed number plate",
    next_steps=(
        ("Look at the machine and its number plate", "现场核对机具及铭牌编号"),
        ("Compare the dealer's invoices of both purchases", "比对经销商两次购机发票"),
    ),
    cases=(
        fires(
            "registered again after four months",
            first.add(
                "holdings", holding_id="M1", household_id="H2", kind="machine", quantity=1, valid_from="2018-06-20"
            ).paid("P3", "MACHINE", at="2018-08-20"),
        ),
        quiet(
            "bought together by two neighbours",
            first.add(
                "holdings", holding_id="M1", household_id="H2", kind="machine", quantity=1, valid_from="2018-02-16"
            ).paid("P3", "MACHINE", at="2018-08-20"),
        ),
        quiet("a machine of its own", first.paid("P1", "MACHINE", at="2018-08-20")),
    ),
)
