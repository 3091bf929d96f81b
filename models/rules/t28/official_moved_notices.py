"""An official moved the notices of several households' cards to one phone, whoever owns it."""

from __future__ import annotations

from features._world import World, world
from features.phone.count_households_moved_to_phone import count_households_moved_to_phone
from features.phone.count_payments_since_phone_moved import count_payments_since_phone_moved
from features.phone.days_since_phone_moved import days_since_phone_moved
from features.phone.is_phone_moved_by_official import is_phone_moved_by_official
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

secretary = world().change("officials", "official_id", "O1", person_id="P4")


def _moved(made: World, card: str, by: str) -> World:
    return made.add(
        "card_events",
        card_id=card,
        at="2019-01-05T10:00:00",
        kind="phone_changed",
        value="19911111111",
        actor_person_id=by,
    )


both = _moved(_moved(secretary, "C1", "P4"), "C3", "P4")

RULE = Rule(
    code="T28.official_moved_notices",
    title=("Official moved several households' notices", "经办人员变更多户预留手机号"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(is_phone_moved_by_official).is_true()
    & (col(count_households_moved_to_phone) >= setting("T28.moved"))
    & (col(count_payments_since_phone_moved) <= setting("T28.payments_since"))
    & (col(days_since_phone_moved) <= setting("T28.lately")),
    because=(
        "An official moved the card's notices to a phone that now gets those of"
        " {count_households_moved_to_phone} households",
        "经办人员将预留手机号变更为现接收{count_households_moved_to_phone}户通知的号码",
    ),
    blind_to="changes recorded without an actor",
    next_steps=(
        ("Call the payee on another number, or visit", "另行致电或上门核实"),
        ("Ask the bank who asked for the change", "向银行查询变更申请人"),
    ),
    cases=(
        fires("the secretary, for two households", both.paid("P1")),
        quiet("for one household", _moved(secretary, "C1", "P4").paid("P1")),
        quiet("the holders themselves", _moved(_moved(secretary, "C1", "P1"), "C3", "P3").paid("P1")),
    ),
)
