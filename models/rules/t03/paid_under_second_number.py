"""The same person is paid the same item for the same period under another number."""

from __future__ import annotations

from features._world import world
from features.person.count_payments_to_other_number import count_payments_to_other_number
from models.rules._expression import col
from models.rules._rule import Rule, fires, quiet

OLD, NEW = "519901450310001", "519901194503100014"
both = (
    world()
    .add("persons", person_id=NEW, name="赵七", household_id="H7", birth_date="1945-03-10")
    .add("persons", person_id=OLD, name="赵七", household_id="H7", birth_date="1945-03-10", recorded_at="2017-02-01")
    .paid(NEW, period="2019-04")
)

RULE = Rule(
    code="T03.paid_under_second_number",
    title=("Paid twice under two numbers", "同一人以两个号码重复领取"),
    severity="high",
    desk="department",
    suspect_role="household",
    when=col(count_payments_to_other_number) >= 1,
    because=(
        (
            "{count_payments_to_other_number} payment(s) of the item for the same period to "
            "another number of the same person"
        ),
        "同一人另一号码同期已发放{count_payments_to_other_number}笔",
    ),
    blind_to="second numbers with another name",
    next_steps=(
        ("Compare both entries in the register", "比对两条登记信息"),
        ("Ask which number is the valid one", "核实有效号码"),
    ),
    cases=(
        fires("the old and the new number on one run", both.paid(OLD, period="2019-04")),
        quiet("the old number in another month", both.paid(OLD, period="2019-03", at="2019-03-20")),
        quiet(
            "twins: another name",
            world()
            .add(
                "persons",
                person_id="P8",
                name="王八",
                household_id="H1",
                birth_date="1945-03-10",
                recorded_at="2018-01-01",
            )
            .paid("P1")
            .paid("P8"),
        ),
        quiet(
            "the first payment came back",
            both.add("settlements", disbursement_id="D1", status="returned", at="2019-04-21").paid(
                OLD, period="2019-04", at="2019-04-25"
            ),
        ),
    ),
)
