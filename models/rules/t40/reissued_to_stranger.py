"""A payment that came back from the payee's own card was sent again to a stranger's card."""

from __future__ import annotations

from features._world import world
from features.disbursement.is_reissued_to_stranger import is_reissued_to_stranger
from models.rules._expression import col
from models.rules._rule import Rule, fires, quiet

returned = (
    world()
    .paid("P1", at="2019-01-20", disbursement_id="E1")
    .add("settlements", disbursement_id="E1", status="returned", amount=None, at="2019-01-25")
)

RULE = Rule(
    code="T40.reissued_to_stranger",
    title=("Returned payment sent again to somebody else", "退回款改发他人账户"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(is_reissued_to_stranger).is_true(),
    because=(
        "It came back from the payee's own card and was sent again to a card of somebody in another household",
        "该款从本人账户退回后，改发至其他农户人员的账户",
    ),
    blind_to="cards lent by kin or by members of the household",
    next_steps=(
        ("Ask who entered the new card number", "核对录入新账号的经办人"),
        ("Ask the payee whether the money arrived", "电话核实本人是否收到"),
    ),
    cases=(
        fires("to a neighbour's card", returned.paid("P1", card_id="C3", reissue_of="E1")),
        quiet(
            "to the payee's new card",
            returned.add("cards", card_id="C9", holder_person_id="P1").paid("P1", card_id="C9", reissue_of="E1"),
        ),
        quiet("to the spouse's card", returned.paid("P1", card_id="C2", reissue_of="E1")),
        quiet(
            "to a guardian's card",
            returned.add("authorizations", person_id="P1", proxy_id="P3").paid("P1", card_id="C3", reissue_of="E1"),
        ),
    ),
)
