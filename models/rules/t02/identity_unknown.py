"""The number fails its check, nobody is registered under it, and no member of the household has one like it."""

from __future__ import annotations

from features._world import world
from features.person.is_identity_number_invalid import is_identity_number_invalid
from features.person.is_identity_slip_of_member import is_identity_slip_of_member
from features.person.is_identity_unregistered import is_identity_unregistered
from models.rules._expression import col
from models.rules._rule import Rule, Unless, explained, fires, quiet

RULE = Rule(
    code="T02.identity_unknown",
    title=("Impossible number nobody has", "身份号码校验不符且查无此人"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(is_identity_unregistered).is_true() & col(is_identity_number_invalid).is_true(),
    unless=(
        Unless(
            "one slip from the number of a member of the household, or its old form",
            "与同户成员号码仅一处笔误或为其旧号",
            col(is_identity_slip_of_member).is_true(),
        ),
    ),
    because=(
        "The number fails its check digit and the register has nobody with it",
        "身份号码校验不符，人口登记中亦无此号码",
    ),
    blind_to="invented numbers with a correct check digit",
    next_steps=(
        ("Ask the household for the card of identity", "请农户出示身份证"),
        ("Ask who entered the line", "核实录入人"),
    ),
    cases=(
        fires("nobody has the number, nobody can", world().paid("519901194503100015", household_id="H7")),
        quiet("somebody newly settled, not registered yet", world().paid("519901194503100014", household_id="H7")),
        quiet("registered", world().paid("P1")),
        explained(
            "one digit off the spouse's number",
            world()
            .add("persons", person_id="519901194503100014", household_id="H7")
            .paid("519901194503100114", household_id="H7"),
        ),
    ),
)
