"""The check digit is wrong though everything else agrees, in a household of one without kin."""

from __future__ import annotations

from features._world import world
from features.household.count_household_members import count_household_members
from features.person.is_identity_number_invalid import is_identity_number_invalid
from features.person.is_identity_slip_of_member import is_identity_slip_of_member
from features.person.is_identity_unlike_register import is_identity_unlike_register
from features.person.is_identity_unregistered import is_identity_unregistered
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

BAD = "519901194503100015"
alone = world().add("persons", person_id=BAD, household_id="H7", birth_date="1945-03-10")

RULE = Rule(
    code="T02.identity_invented",
    title=("Identity number that cannot exist, nobody around it", "身份号码校验不符且为单人户"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(
        col(is_identity_number_invalid).is_true()
        & col(is_identity_unregistered).is_false()
        & col(is_identity_unlike_register).is_false()
        & (col(count_household_members) <= setting("T02.most_members"))
    ),
    unless=(
        Unless(
            "one slip from the number of a member of the household",
            "与同户成员号码仅一处笔误",
            col(is_identity_slip_of_member).is_true(),
        ),
    ),
    because=(
        (
            "The number fails its check digit, agrees with the register otherwise, and the "
            "household has {count_household_members} member(s)"
        ),
        "身份号码校验不符而登记信息一致，户内仅{count_household_members}人",
    ),
    blind_to="invented numbers with a correct check digit",
    next_steps=(
        ("Ask the police register for the number", "向公安户籍核验该号码"),
        ("Ask who entered the person, and meet the person", "核实录入人并与本人见面"),
    ),
    cases=(
        fires("alone, and the number cannot exist", alone.paid(BAD)),
        quiet(
            "a slip: the register has another birth date",
            alone.change("persons", "person_id", BAD, birth_date="1954-03-10").paid(BAD),
        ),
        quiet("a family around the number", alone.add("persons", person_id="P9", household_id="H7").paid(BAD)),
        quiet(
            "a number of 15 digits",
            world()
            .add("persons", person_id="519901450310001", household_id="H7", birth_date="1945-03-10")
            .paid("519901450310001"),
        ),
        explained(
            "one digit off the member registered before",
            alone.add("persons", person_id=BAD, household_id="H8", birth_date="1945-03-10", recorded_at="2018-01-01")
            .add("persons", person_id="519901194503100014", household_id="H7", birth_date="1945-03-10")
            .paid(BAD, household_id="H7"),
        ),
    ),
)
