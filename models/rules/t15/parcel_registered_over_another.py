"""Land that another household registered earlier, and still holds, is paid for."""

from __future__ import annotations

from features._world import world
from features.household.count_parcels_registered_over_another import count_parcels_registered_over_another
from features.program.is_machine_item import is_machine_item
from models.rules._expression import col
from models.rules._rule import Rule, fires, quiet

first = world().add("holdings", holding_id="L1", household_id="H1", valid_from="2009-01-06")

RULE = Rule(
    code="T15.parcel_registered_over_another",
    title=("Parcel of another household registered again", "他户在册地块被重复登记"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(col(count_parcels_registered_over_another) >= 1) & col(is_machine_item).is_false(),
    because=(
        "{count_parcels_registered_over_another} of the household's parcels were registered earlier by another"
        " household that still holds them",
        "该户有{count_parcels_registered_over_another}宗地块他户在先登记且未注销",
    ),
    blind_to="parcels split or renumbered before they are claimed twice",
    next_steps=(
        ("Read what the second registration rests on", "核对第二次登记依据"),
        ("Ask both households who farms the land", "核实实际耕种户"),
    ),
    cases=(
        fires(
            "registered again six years later",
            first.add("holdings", holding_id="L1", household_id="H2", valid_from="2015-10-02").paid("P3", "LAND"),
        ),
        quiet(
            "joint owners, registered together",
            first.add("holdings", holding_id="L1", household_id="H2", valid_from="2009-01-06").paid("P3", "LAND"),
        ),
        quiet(
            "transferred: the first household gave it up",
            world()
            .add("holdings", holding_id="L1", household_id="H1", valid_from="2009-01-06", valid_to="2015-10-01")
            .add("holdings", holding_id="L1", household_id="H2", valid_from="2015-10-02")
            .paid("P3", "LAND"),
        ),
        quiet(
            "the household that was first",
            first.add("holdings", holding_id="L1", household_id="H2", valid_from="2015-10-02").paid("P1", "LAND"),
        ),
    ),
)
