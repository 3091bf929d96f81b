"""Credits lay untouched, one withdrawal took them all, and the card shows signs of being in other hands."""

from __future__ import annotations

from features._world import World, world
from features.card.count_credits_taken_at_once import count_credits_taken_at_once
from features.card.days_since_pile_taken import days_since_pile_taken
from features.card.is_pile_taken_around_new_year import is_pile_taken_around_new_year
from features.card.share_of_pile_taken_at_once import share_of_pile_taken_at_once
from features.device.count_households_on_device import count_households_on_device
from features.graph.count_drawn_together_twice import count_drawn_together_twice
from features.phone.is_phone_moved import is_phone_moved
from features.phone.is_phone_of_official import is_phone_of_official
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

kept = world().add("card_transactions", at="2018-03-01T10:00:00", amount="50.00")
for _month in ("04", "05", "06", "07"):
    kept = kept.paid("P1", at=f"2018-{_month}-10").add(
        "settlements", disbursement_id=f"D{int(_month) - 3}", at=f"2018-{_month}-12"
    )
emptied = kept.add("card_transactions", at="2018-08-05T10:00:00", amount="400.00")
at_new_year = kept.add("card_transactions", at="2019-02-05T10:00:00", amount="400.00")


def _bound(made: World) -> World:
    made = made.add("card_events", card_id="C1", kind="device_bound", value="DV1")
    return made.add("card_events", card_id="C3", kind="device_bound", value="DV1")


RULE = Rule(
    code="T30.piled_up_then_emptied",
    title=("Credits piled up, then taken at once by other hands", "长期未动用后一次取空且卡疑由他人持有"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=(col(count_credits_taken_at_once) >= setting("T30.credits"))
    & (col(share_of_pile_taken_at_once) >= setting("T30.whole"))
    & (col(share_of_pile_taken_at_once) <= setting("T30.not_more"))
    & (
        (col(is_phone_of_official).is_true() & col(is_phone_moved).is_true())
        | (col(count_households_on_device) >= 1)
        | (col(count_drawn_together_twice) >= 1)
    ),
    unless=(
        Unless(
            "around Spring Festival, when migrants are home",
            "春节前后，外出人员返乡",
            col(is_pile_taken_around_new_year).is_true(),
        ),
    ),
    because=(
        "{count_credits_taken_at_once} credits lay untouched; {days_since_pile_taken} days ago one withdrawal"
        " took {share_of_pile_taken_at_once} of them, and the card shares a phone, a device or its withdrawals"
        " with other households",
        "{count_credits_taken_at_once}笔入账长期未动用，{days_since_pile_taken}天前一次性取走其{share_of_pile_taken_at_once}"
        "，且该卡与他户共用手机、设备或连续支取",
    ),
    blind_to="cards of banks that do not share withdrawals",
    next_steps=(
        ("Ask the payee, or the family, who made the withdrawal", "向本人或家属核实由谁支取"),
        ("Ask the outlet for the slip", "向网点调取凭证"),
    ),
    cases=(
        fires("four credits taken at once, on a neighbour's device", _bound(emptied).paid("P1", at="2018-08-20")),
        explained("home for Spring Festival", _bound(at_new_year).paid("P1", at="2019-02-20")),
        quiet(
            "taken month by month",
            _bound(kept.add("card_transactions", at="2018-08-05T10:00:00", amount="100.00")).paid(
                "P1", at="2018-08-20"
            ),
        ),
        quiet("taken at once, no other hand to be seen", emptied.paid("P1", at="2018-08-20")),
    ),
    shows=(days_since_pile_taken,),
)
