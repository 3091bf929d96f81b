"""Credits of several unrelated households go on to one card within three days, again and again."""

from __future__ import annotations

from features._world import World, world
from features.graph.count_households_at_hub import count_households_at_hub
from features.graph.count_sweeps_to_hub import count_sweeps_to_hub
from features.graph.days_since_swept import days_since_swept
from features.graph.is_hub_of_family import is_hub_of_family
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet


def _swept(made: World, person: str, period: str) -> World:
    made = made.paid(person, period=period, at=f"{period}-10T10:00:00")
    made = made.add("settlements", disbursement_id=made.focus, at=f"{period}-12T10:00:00")
    return made.add(
        "card_transactions",
        card_id=person.replace("P", "C"),
        at=f"{period}-13T10:00:00",
        kind="transfer_out",
        counterparty_card_id="C6",
        outlet_id=None,
    )


gathered = world()
for _person in ("P1", "P3", "P4", "P5"):
    for _period in ("2019-01", "2019-02"):
        gathered = _swept(gathered, _person, _period)
rent = world()
for _person in ("P1", "P3", "P4", "P5"):
    for _period in ("2018-01", "2019-01"):
        rent = _swept(rent, _person, _period)
own = gathered.add("cards", card_id="C8", holder_person_id="P2")
for _period in ("2019-03", "2019-04"):
    own = own.paid("P1", period=_period, at=f"{_period}-10T10:00:00")
    own = own.add("settlements", disbursement_id=own.focus, at=f"{_period}-12T10:00:00").add(
        "card_transactions", card_id="C1", at=f"{_period}-13T10:00:00", kind="transfer_out", counterparty_card_id="C8"
    )

RULE = Rule(
    code="T26.credits_gathered_on_one_card",
    title=("Credits gathered on one card", "入账后归集至同一账户"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(col(count_households_at_hub) >= setting("T26.households"))
    & (col(count_sweeps_to_hub) >= setting("T26.sweeps"))
    & (col(days_since_swept) <= setting("T26.days_ago")),
    unless=(
        Unless(
            "it goes to a card of the family", "转往本人、同户、亲属或登记代办人的账户", col(is_hub_of_family).is_true()
        ),
    ),
    because=(
        "{count_sweeps_to_hub} times the credit went on within three days to one card, as did those of"
        " {count_households_at_hub} unrelated households",
        "{count_sweeps_to_hub}次入账三日内转往同一账户，另有{count_households_at_hub}户无关农户亦如此",
    ),
    blind_to="cash carried there, and cards of banks that do not share transfers",
    next_steps=(
        ("Ask the holders why the money goes there", "向持卡人核实转账原因"),
        ("Ask the bank who holds the collecting card", "向银行查询归集账户持有人"),
    ),
    cases=(
        fires("four households, month after month", gathered.paid("P1")),
        quiet("rent for land, paid on once a year", rent.paid("P1")),
        quiet("the payee draws cash", world().add("card_transactions").paid("P1")),
        explained("the collecting card is a relative's, who helps the others too", own.paid("P1")),
    ),
)
