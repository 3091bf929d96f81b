"""The card belongs to somebody unrelated and is of a kind the item is hardly ever paid to."""

from __future__ import annotations

from features._world import world
from features.card.is_card_holder_stranger import is_card_holder_stranger
from features.card.share_card_kind_in_program_365d import share_card_kind_in_program_365d
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

usual = world().change("cards", "card_id", "C3", kind="debit")
for _month in range(1, 6):
    for _person in ("P1", "P2", "P4", "P5", "P6"):
        usual = usual.paid(_person, at=f"2019-0{_month}-20")

RULE = Rule(
    code="T23.strangers_card_of_unusual_kind",
    title=("Unusual kind of card, held by somebody unrelated", "无关人员持有的非惯用卡种"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(is_card_holder_stranger).is_true() & (col(share_card_kind_in_program_365d) <= setting("T23.rare_kind")),
    because=(
        "Only {share_card_kind_in_program_365d} of the item's payments go to this kind of card, and this one is"
        " held by somebody unrelated",
        "该项目仅{share_card_kind_in_program_365d}的发放使用此类卡，且持卡人为无关人员",
    ),
    blind_to="strangers' cards of the usual kind",
    next_steps=(
        ("Ask the payee whose card it is", "向补贴对象核实卡的归属"),
        ("Ask who changed the account on the roster, and when", "核查名册账号由谁、何时变更"),
    ),
    cases=(
        fires("a debit card among social-security cards", usual.paid("P4", card_id="C3")),
        quiet("the own debit card", usual.paid("P3")),
        quiet("a stranger's card of the usual kind", usual.paid("P4", card_id="C6")),
    ),
)
