"""A payment came back from the bank and has not been sent again for months."""

from __future__ import annotations

from features._world import world
from features.disbursement.days_returned_without_reissue import days_returned_without_reissue
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

returned = (
    world()
    .paid("P1", at="2019-01-20", disbursement_id="E1")
    .add("settlements", disbursement_id="E1", status="returned", amount=None, at="2019-01-25")
)

RULE = Rule(
    code="T40.returned_not_repaid",
    title=("Returned and not sent again", "退回款长期未补发"),
    severity="middle",
    desk="owed",
    suspect_role="department",
    when=col(days_returned_without_reissue) >= setting("T40.days_without_reissue"),
    because=(
        "It came back {days_returned_without_reissue} days ago and nothing has replaced it",
        "退回已{days_returned_without_reissue}天，至今未补发",
    ),
    blind_to="money handed over outside the platform",
    next_steps=(
        ("Ask the payee whether the money arrived another way", "电话核实是否以其他方式收到"),
        ("Correct the card number and send it again", "更正账号后补发"),
    ),
    cases=(
        fires("five months", returned, as_of="2019-06-30T12:00:00"),
        quiet("still within the time to correct a card number", returned, as_of="2019-02-20T12:00:00"),
        quiet(
            "sent again",
            returned.paid("P1", at="2019-03-20", reissue_of="E1").about("E1"),
            as_of="2019-06-30T12:00:00",
        ),
    ),
    after_payment=True,
)
