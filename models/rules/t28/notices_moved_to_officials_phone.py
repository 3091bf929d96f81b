"""Notices of several households' cards were moved to an official's phone."""

from __future__ import annotations

from features._world import World, world
from features.phone.count_households_moved_to_phone import count_households_moved_to_phone
from features.phone.count_payments_since_phone_moved import count_payments_since_phone_moved
from features.phone.is_phone_moved_by_another import is_phone_moved_by_another
from features.phone.is_phone_of_official import is_phone_of_official
from features.phone.share_on_phone_without_own import share_on_phone_without_own
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

secretary = world().change("officials", "official_id", "O1", person_id="P4")
elders = secretary.change("persons", "person_id", "P1", phone=None).change("persons", "person_id", "P3", phone=None)
elders = elders.change("persons", "person_id", "P5", phone=None).change("persons", "person_id", "P6", phone=None)


def _moved(made: World, card: str, by: str | None = None) -> World:
    return made.add("card_events", card_id=card, kind="phone_changed", value="19900000004", actor_person_id=by)


RULE = Rule(
    code="T28.notices_moved_to_officials_phone",
    title=("Notices moved to an official's phone", "多户卡预留手机号改为经办人员号码"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(is_phone_of_official).is_true()
    & (col(count_households_moved_to_phone) >= setting("T28.moved"))
    & (col(count_payments_since_phone_moved) <= setting("T28.payments_since")),
    unless=(
        Unless(
            "almost none of them has a phone, and no third person asked for the change",
            "同号人员大多无电话且非他人代为变更",
            (col(share_on_phone_without_own) >= setting("T28.elders")) & ~col(is_phone_moved_by_another).is_true(),
        ),
    ),
    because=(
        "Notices of this card and of {count_households_moved_to_phone} households in all were moved to an"
        " official's phone",
        "含本卡在内共{count_households_moved_to_phone}户的卡预留手机号被改为经办人员号码",
    ),
    blind_to="phones of people who stand in for the official",
    next_steps=(
        ("Call the payee on another number, or visit", "另行致电或上门核实"),
        ("Ask the bank who asked for the change", "向银行查询变更申请人"),
    ),
    cases=(
        fires("two households moved to the secretary's phone", _moved(_moved(secretary, "C1"), "C3").paid("P1")),
        quiet(
            "the household's own new number",
            world().add("card_events", card_id="C1", kind="phone_changed", value="19900000099").paid("P1"),
        ),
        quiet(
            "the secretary's phone since the card was opened",
            secretary.change("cards", "card_id", "C1", phone="19900000004")
            .change("cards", "card_id", "C3", phone="19900000004")
            .paid("P1"),
        ),
        explained(
            "elders without a phone asked for it themselves",
            _moved(
                _moved(_moved(elders.change("cards", "card_id", "C4", phone=None), "C1", "P1"), "C3", "P3"), "C5", "P5"
            ).paid("P1"),
        ),
    ),
)
