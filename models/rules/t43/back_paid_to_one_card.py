"""One run pays elapsed periods of several persons back to a single card."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_backpaid_persons_on_card import count_backpaid_persons_on_card
from features.disbursement.is_paid_to_proxy_institution import is_paid_to_proxy_institution
from features.disbursement.quantity_months_over_period import quantity_months_over_period
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

two = world()
for person in ("P3", "P4"):
    two = two.paid(person, run_id="R1", card_id="C1", period="2018-05", quantity=6)

RULE = Rule(
    code="T43.back_paid_to_one_card",
    title=("Back payments of several persons to one card", "多人补发至同一张卡"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(
        (col(count_backpaid_persons_on_card) >= setting("T43.persons_on_card")) & (col(quantity_months_over_period) > 0)
    ),
    unless=(
        Unless(
            "the card belongs to the institution that cares for the person",
            "收款卡为供养机构账户",
            col(is_paid_to_proxy_institution).is_true(),
        ),
    ),
    because=(
        "{count_backpaid_persons_on_card} persons are paid back to one card",
        "{count_backpaid_persons_on_card}人的补发进入同一张卡",
    ),
    blind_to="back payments spread over many cards",
    next_steps=(
        ("Ask whose card it is", "核实收款卡持卡人"),
        ("Ask the persons whether they received", "向本人核实是否收到"),
    ),
    cases=(
        fires("three persons", two.paid("P1", run_id="R1", period="2018-05", quantity=6)),
        quiet("each to a card of one's own", world().paid("P1", run_id="R1", period="2018-05", quantity=6)),
        quiet("the current month", two.paid("P1", run_id="R1", period="2019-04")),
        explained(
            "an institution that cares for them",
            two.change("cards", "card_id", "C1", holder_person_id="HOME1", kind="institution")
            .add("authorizations", person_id="P1", proxy_id="HOME1", kind="institution")
            .paid("P1", run_id="R1", period="2018-05", quantity=6),
        ),
    ),
)
