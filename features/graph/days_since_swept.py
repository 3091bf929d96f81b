"""Days since a credit of the payee last went on to another card within three days."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import View
from features.asof.ledger import MICROSECONDS_A_DAY
from features.graph import _sweeps


def _compute(view: View) -> Float:
    return (view.at - _sweeps.last_sweep(view)) / MICROSECONDS_A_DAY


def _swept(made: World, person: str, period: str) -> World:
    """A payment credited and moved on to card C6 the next day, entirely."""
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


swept = _swept(_swept(world(), "P1", "2019-01"), "P1", "2019-02")

days_since_swept = Feature(
    name="days_since_swept",
    title=("最近一次入账即转出距今天数", "days since a credit was last swept"),
    unit="days",
    null="unknown",
    needs=("card_transactions.counterparty_card_id", "settlements"),
    compute=_compute,
    rests_on=_sweeps.rows_of,
    cases=(
        Case("never", world().paid("P1"), None),
        Case("ten days", swept.paid("P1", at="2019-02-23T10:00:00"), 10.0),
    ),
)
