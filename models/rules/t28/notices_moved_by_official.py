"""Somebody else moved the card's notices to an official's phone."""

from __future__ import annotations

from features._world import World, world
from features.phone.count_payments_since_phone_moved import count_payments_since_phone_moved
from features.phone.days_since_phone_moved import days_since_phone_moved
from features.phone.is_phone_moved_by_another import is_phone_moved_by_another
from features.phone.is_phone_of_official import is_phone_of_official
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

secretary = world().change("officials", "official_id", "O1", person_id="P4")


def _moved(made: World, card: str, by: str | None = None) -> World:
    return made.add("card_events", card_id=card, kind="phone_changed", value="19900000004", actor_person_id=by)


RULE = Rule(
    code="T28.notices_moved_by_official",
    title=("Notices moved by somebody else to an official's phone", "他人将预留手机号改为经办人员号码"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(is_phone_of_official).is_true()
    & col(is_phone_moved_by_another).is_true()
    & (col(count_payments_since_phone_moved) <= setting("T28.payments_since")),
    because=(
        "{days_since_phone_moved} days before the payment somebody else moved the card's notices to an official's"
        " phone",
        "发放前{days_since_phone_moved}天由他人将预留手机号改为经办人员号码",
    ),
    blind_to="changes recorded without an actor",
    next_steps=(
        ("Call the payee on another number, or visit", "另行致电或上门核实"),
        ("Ask the bank who asked for the change", "向银行查询变更申请人"),
    ),
    cases=(
        fires("the secretary moved it to the own phone", _moved(secretary, "C1", "P4").paid("P1")),
        quiet("the holder asked for it", _moved(secretary, "C1", "P1").paid("P1")),
        quiet(
            "the wife moved it to her own",
            world()
            .add("card_events", card_id="C1", kind="phone_changed", value="19900000002", actor_person_id="P2")
            .paid("P1"),
        ),
    ),
    shows=(days_since_phone_moved,),
)
