"""Cards of several households are bound to the phone of an official who handled this payment."""

from __future__ import annotations

from features._world import world
from features.phone.count_households_on_phone import count_households_on_phone
from features.phone.count_payments_since_phone_moved import count_payments_since_phone_moved
from features.phone.is_phone_moved import is_phone_moved
from features.phone.is_phone_of_approver import is_phone_of_approver
from features.phone.share_on_phone_without_own import share_on_phone_without_own
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

on_phone = world().change("officials", "official_id", "O1", person_id="P4")
for _card in ("C1", "C3", "C5"):
    on_phone = on_phone.change("cards", "card_id", _card, phone="19900000004")
long_ago = on_phone.add("applications").add("approvals")
for _card in ("C1", "C3", "C5"):
    long_ago = long_ago.add(
        "card_events", card_id=_card, at="2019-01-02T10:00:00", kind="phone_changed", value="19900000004"
    )
for _month in range(1, 9):
    long_ago = long_ago.paid("P1", period=f"2019-0{_month}", at=f"2019-0{_month}-20T10:00:00", application_id="A1")

RULE = Rule(
    code="T28.approvers_phone_on_many_cards",
    title=("Approver's phone on many households' cards", "经办人员手机号绑定多户卡"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=col(is_phone_of_approver).is_true() & (col(count_households_on_phone) >= setting("T28.on_phone")),
    unless=(
        Unless(
            "most of them have no phone of their own, and no move of the notices is on record",
            "同号人员多数本人无电话，且无变更记录",
            (col(share_on_phone_without_own) >= setting("T28.with_own"))
            & (col(is_phone_moved).is_false() | col(is_phone_moved).is_null()),
        ),
        Unless(
            "the notices were moved long before: the card has taken many payments since",
            "预留手机号变更已久，其后已发放多笔",
            col(count_payments_since_phone_moved) > setting("T28.payments_since"),
        ),
    ),
    because=(
        "The phone belongs to an official who handled this payment, and serves the cards of"
        " {count_households_on_phone} households",
        "预留手机号属于本笔经办人员，共绑定{count_households_on_phone}户的卡",
    ),
    blind_to="phones of people who stand in for the official",
    next_steps=(
        ("Call the payee on another number, or visit", "另行致电或上门核实"),
        ("Ask the bank who asked for the change", "向银行查询变更申请人"),
    ),
    cases=(
        fires(
            "three households on the secretary's phone, who have phones",
            on_phone.add("applications").add("approvals").paid("P1", application_id="A1"),
        ),
        quiet("an official who had no part in it", on_phone.paid("P1")),
        explained(
            "elders without a phone",
            on_phone.change("persons", "person_id", "P1", phone=None)
            .change("persons", "person_id", "P3", phone=None)
            .change("persons", "person_id", "P5", phone=None)
            .add("applications")
            .add("approvals")
            .paid("P1", application_id="A1"),
        ),
        explained("moved seven payments ago", long_ago),
        quiet("own phone", world().paid("P1")),
    ),
)
