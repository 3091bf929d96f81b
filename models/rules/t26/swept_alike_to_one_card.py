"""Credits of several unrelated households went on to one stranger's card at the same time, nearly all of the money."""

from __future__ import annotations

from features._world import World, world
from features.graph.count_households_swept_alike import count_households_swept_alike
from features.graph.days_since_swept import days_since_swept
from features.graph.share_swept_to_hub import share_swept_to_hub
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet


def _swept(made: World, person: str, period: str, hub: str = "C6") -> World:
    made = made.paid(person, period=period, at=f"{period}-10T10:00:00")
    made = made.add("settlements", disbursement_id=made.focus, at=f"{period}-12T10:00:00")
    return made.add(
        "card_transactions",
        card_id=person.replace("P", "C"),
        at=f"{period}-13T10:00:00",
        kind="transfer_out",
        counterparty_card_id=hub,
        outlet_id=None,
    )


alike = _swept(_swept(_swept(world(), "P3", "2019-02"), "P4", "2019-02"), "P1", "2019-02")
one_other = _swept(_swept(world(), "P3", "2019-02"), "P1", "2019-02")
at_home = _swept(_swept(_swept(world(), "P3", "2019-02", "C2"), "P4", "2019-02", "C2"), "P1", "2019-02", "C2")

RULE = Rule(
    code="T26.swept_alike_to_one_card",
    title=("Several households' credits moved on to one card at the time", "多户同期入账后转往同一账户"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=(col(count_households_swept_alike) >= setting("T26.households"))
    & (col(share_swept_to_hub) >= setting("T26.whole"))
    & (col(days_since_swept) <= setting("T26.lately")),
    because=(
        "{days_since_swept} days ago the credit went on to one card within days of those of"
        " {count_households_swept_alike} other unrelated households; {share_swept_to_hub} of all the money that left"
        " the payee's cards",
        "{days_since_swept}天前入账款项与另外{count_households_swept_alike}户无关农户的款项同期转往同一账户，占本人支出的{share_swept_to_hub}",
    ),
    blind_to="cash carried there, and cards of banks that do not share transfers",
    next_steps=(
        ("Ask the holders why the money goes there", "向持卡人核实转账原因"),
        ("Ask the bank who holds the collecting card", "向银行查询归集账户持有人"),
    ),
    cases=(
        fires("three households at the same time", alike.paid("P1", at="2019-03-20T10:00:00")),
        quiet("one other household only", one_other.paid("P1", at="2019-03-20T10:00:00")),
        quiet("to the wife's card", at_home.paid("P1", at="2019-03-20T10:00:00")),
        quiet("long ago", alike.paid("P1", at="2019-12-20T10:00:00")),
    ),
)
