"""Returned payments of several people were sent again to one card that is not the payee's."""

from __future__ import annotations

from features._world import world
from features.card.count_reissue_payees_on_card_730d import count_reissue_payees_on_card_730d
from features.disbursement.is_reissued_to_stranger import is_reissued_to_stranger
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

returned = world()
for person in ("P1", "P4"):
    returned = returned.paid(person, at="2019-01-20", disbursement_id=f"E{person}")
first = returned.paid("P4", at="2019-02-20", card_id="C6", reissue_of="EP4")
own = returned.paid("P4", at="2019-02-20", reissue_of="EP4")

RULE = Rule(
    code="T40.card_collects_reissues",
    title=("One card collects returned payments", "多人退回款集中补发至同一卡"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(col(count_reissue_payees_on_card_730d) >= setting("T40.people_on_card"))
    & col(is_reissued_to_stranger).is_true(),
    because=(
        "Returned payments of {count_reissue_payees_on_card_730d} people were sent again to this card in two years",
        "两年内{count_reissue_payees_on_card_730d}人的退回款补发至此卡",
    ),
    blind_to="a different card for every payment",
    next_steps=(
        ("List everything sent again by the same hand", "列出同一经办人的全部补发"),
        ("Ask the bank who draws from the card", "向银行查询该卡取款人"),
    ),
    cases=(
        fires("the second person on a stranger's card", first.paid("P1", card_id="C6", reissue_of="EP1")),
        quiet("the first one on it", returned.paid("P1", card_id="C6", reissue_of="EP1")),
        quiet("each to the own card", own.paid("P1", reissue_of="EP1")),
    ),
)
