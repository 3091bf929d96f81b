"""The card paid to belongs to somebody of another household, who is no kin and no proxy on record."""

from __future__ import annotations

from features._world import world
from features.card.is_card_holder_stranger import is_card_holder_stranger
from models.rules._expression import col
from models.rules._rule import Rule, fires, quiet

RULE = Rule(
    code="T23.card_of_a_stranger",
    title=("Card of somebody unrelated", "收款卡属于无关人员"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(is_card_holder_stranger).is_true(),
    because=(
        "The card is held by somebody of another household; no kinship, guardianship or authorisation is on record",
        "收款卡持卡人属于其他农户，无亲属、监护或代办登记",
    ),
    blind_to="ties nobody recorded; cards of banks that do not share holders",
    next_steps=(
        ("Ask the payee whose card it is", "向补贴对象核实卡的归属"),
        ("Ask the village for the paper by which the holder receives", "向村里查阅代领依据"),
    ),
    cases=(
        fires("a neighbour's card", world().paid("P1", card_id="C3")),
        quiet("the wife's card", world().paid("P1", card_id="C2")),
        quiet(
            "a guardian on record",
            world().add("authorizations", person_id="P1", proxy_id="P3").paid("P1", card_id="C3"),
        ),
        quiet("kin on record", world().add("kinship", person_id="P1", relative_id="P3").paid("P1", card_id="C3")),
        quiet(
            "the own card, replaced",
            world()
            .add("cards", card_id="C9", holder_person_id="P1", opened_on="2019-04-01")
            .add("card_events", card_id="C1", kind="replaced", value="C9", at="2019-04-01")
            .paid("P1", at="2019-03-20")
            .paid("P1", card_id="C9"),
        ),
    ),
)
