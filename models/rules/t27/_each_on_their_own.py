"""The look-alike all rules of shared devices know: people without phones who each bound their own card to somebody's.

What is asked is the binding, not the sharing: elders of several households on one phone are common and lawful. Cards
harvested by one hand were bound by that hand, and together. So both must hold: the holder bound the card, on record
(no actor written down is no answer), and no unrelated household's card was bound to the device within
`T27.days_apart`.
"""

from __future__ import annotations

from features._world import World, world
from features.device.days_to_nearest_other_binding_on_device import days_to_nearest_other_binding_on_device
from features.device.is_device_bound_by_holder import is_device_bound_by_holder
from models.rules._expression import col, setting
from models.rules._rule import Unless

EACH_ON_THEIR_OWN = Unless(
    "the holder bound the card, and no other household's card was bound to the device near that day",
    "由持卡人本人绑定，且前后相近日期该设备无他户卡绑定",
    col(is_device_bound_by_holder).is_true()
    & (col(days_to_nearest_other_binding_on_device) > setting("T27.days_apart")),
)


def bound(*bindings: tuple[str, str, str | None]) -> World:
    """Cards bound to device DV1, each (card, day, actor); None is no actor on record. For cases."""
    made = world()
    for card, day, actor in bindings:
        made = made.add(
            "card_events", card_id=card, at=f"{day}T10:00:00", kind="device_bound", value="DV1", actor_person_id=actor
        )
    return made


def thirty_in_a_week(actor: str | None) -> World:
    """Cards C101 to C130 of thirty households bound within six days, and C1 among them; by `actor`, or each by its
    holder where that is None. For cases."""
    made = bound(("C1", "2019-01-08", actor or "P1"))
    for n in range(101, 131):
        made = (
            made.add("persons", person_id=f"P{n}", household_id=f"H{n}")
            .add("households", household_id=f"H{n}")
            .add("cards", card_id=f"C{n}", holder_person_id=f"P{n}")
            .add(
                "card_events",
                card_id=f"C{n}",
                at=f"2019-01-{5 + n % 6:02d}T11:00:00",
                kind="device_bound",
                value="DV1",
                actor_person_id=actor or f"P{n}",
            )
        )
    return made
