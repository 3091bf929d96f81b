"""Notices of many households' cards were moved to one phone, whoever owns it."""

from __future__ import annotations

from features._world import World, world
from features.phone.count_households_moved_to_phone import count_households_moved_to_phone
from features.phone.count_payments_since_phone_moved import count_payments_since_phone_moved
from features.phone.days_since_phone_moved import days_since_phone_moved
from features.phone.is_phone_moved_by_another import is_phone_moved_by_another
from features.phone.is_phone_unlike_own import is_phone_unlike_own
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

secretary = world().change("officials", "official_id", "O1", person_id="P4")
elders = secretary.change("persons", "person_id", "P1", phone=None).change("persons", "person_id", "P3", phone=None)
elders = elders.change("persons", "person_id", "P5", phone=None).change("persons", "person_id", "P6", phone=None)


def _moved(made: World, card: str, by: str | None = None) -> World:
    return made.add(
        "card_events",
        card_id=card,
        at="2019-01-05T10:00:00",
        kind="phone_changed",
        value="19900000004",
        actor_person_id=by,
    )


RULE = Rule(
    code="T28.many_moved_to_one_phone",
    title=("Many households' notices moved to one phone", "多户卡预留手机号改为同一号码"),
    severity="middle",
    desk="discipline",
    suspect_role="agent",
    when=(col(count_households_moved_to_phone) >= setting("T28.on_phone"))
    & (col(is_phone_unlike_own).is_true() | col(is_phone_moved_by_another).is_true())
    & (col(count_payments_since_phone_moved) <= setting("T28.payments_since"))
    & (col(days_since_phone_moved) <= setting("T28.lately")),
    because=(
        "Notices of {count_households_moved_to_phone} households were moved to one phone, though the payee has"
        " another or did not ask for it",
        "共{count_households_moved_to_phone}户的卡预留手机号改为同一号码，而本人另有号码或非本人申请",
    ),
    blind_to="phones bound since the card was opened",
    next_steps=(
        ("Call the payee on another number, or visit", "另行致电或上门核实"),
        ("Ask the bank who asked for the change", "向银行查询变更申请人"),
    ),
    cases=(
        fires("three households", _moved(_moved(_moved(secretary, "C1"), "C3"), "C5").paid("P1")),
        quiet("two households", _moved(_moved(secretary, "C1"), "C3").paid("P1")),
        quiet("a payee without a phone", _moved(_moved(_moved(elders, "C1"), "C3"), "C5").paid("P1")),
    ),
)
