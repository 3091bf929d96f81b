"""Whether the number paid is a second number of somebody already registered under another."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.person._twins import second_number, twins


def _found(view: View) -> Pairs:
    pairs = twins(view)
    return pairs.where(second_number(pairs))


def _compute(view: View) -> Float:
    return _found(view).any()


old = "519901450310001"
new = "519901194503100014"
both = (
    world()
    .add("persons", person_id=new, name="赵七", household_id="H7", birth_date="1945-03-10")
    .add("persons", person_id=old, name="赵七", household_id="H7", birth_date="1945-03-10", recorded_at="2017-02-01")
)

is_second_number_of_person = Feature(
    name="is_second_number_of_person",
    title=("同一人的第二个身份号码", "a second number of the same person"),
    unit="flag",
    null="none",
    needs=("persons.birth_date", "persons.household_id", "persons.recorded_at"),
    compute=_compute,
    rests_on=_found,
    cases=(
        Case("the 15-digit form, registered later", both.paid(old), 1.0),
        Case("the number registered first", both.paid(new), 0.0),
        Case(
            "the same name in the household, born two years apart",
            world()
            .add(
                "persons",
                person_id="P8",
                name="王一",
                household_id="H1",
                birth_date="1947-03-10",
                recorded_at="2018-01-01",
            )
            .paid("P8"),
            1.0,
        ),
        Case(
            "father and son of one name",
            world()
            .add(
                "persons",
                person_id="P8",
                name="王一",
                household_id="H1",
                birth_date="1970-03-10",
                recorded_at="2018-01-01",
            )
            .paid("P8"),
            0.0,
        ),
        Case(
            "twins have names of their own",
            world()
            .add(
                "persons",
                person_id="P8",
                name="王八",
                household_id="H1",
                birth_date="1945-03-10",
                recorded_at="2018-01-01",
            )
            .paid("P8"),
            0.0,
        ),
    ),
)
