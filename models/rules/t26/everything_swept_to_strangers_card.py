"""Nearly all money leaving the payee's cards goes within three days to a card that gathers others' credits."""

from __future__ import annotations

from features._world import World, world
from features.graph.count_households_at_hub import count_households_at_hub
from features.graph.days_since_swept import days_since_swept
from features.graph.share_swept_to_hub import share_swept_to_hub
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet


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

RULE = Rule(
    code="T26.everything_swept_to_strangers_card",
    title=("All of the payee's money goes to one stranger's card", "支出几乎全部转往无关账户"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(col(count_households_at_hub) >= 1)
    & (col(share_swept_to_hub) >= setting("T26.whole"))
    & (col(days_since_swept) <= setting("T26.days_ago")),
    because=(
        "{share_swept_to_hub} of the money that left the payee's cards went on within three days to one card"
        " that gathers the credits of {count_households_at_hub} other households",
        "补贴对象支出的{share_swept_to_hub}在入账三日内转往同一账户，该账户还归集{count_households_at_hub}户款项",
    ),
    blind_to="cash carried there",
    next_steps=(
        ("Ask the holders why the money goes there", "向持卡人核实转账原因"),
        ("Ask the bank who holds the collecting card", "向银行查询归集账户持有人"),
    ),
    cases=(
        fires("everything to one stranger", gathered.paid("P1")),
        quiet("rent for land, once a year", rent.paid("P1")),
        quiet("the payee also spends", gathered.add("card_transactions", amount="900.00", at="2019-03-01").paid("P1")),
    ),
)
