"""Other unrelated households whose credits went on to the same stranger's card within days of the payee's last one."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import View
from features.graph import _sweeps, _swept_alike, _together


def _compute(view: View) -> Float:
    return np.where(_together.shared_by_bank(view), view.memo(_swept_alike.households), np.nan)


def _swept(made: World, person: str, period: str, hub: str = "C6") -> World:
    """A payment credited and moved on to a card the next day, entirely."""
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


alike = _swept(_swept(_swept(world(), "P3", "2019-01"), "P4", "2019-01"), "P1", "2019-01")
apart = _swept(_swept(_swept(world(), "P3", "2018-10"), "P4", "2018-11"), "P1", "2019-01")
at_home = _swept(_swept(_swept(world(), "P3", "2019-01", "C2"), "P4", "2019-01", "C2"), "P1", "2019-01", "C2")

count_households_swept_alike = Feature(
    name="count_households_swept_alike",
    title=("同期入账后转往同一账户的无关户数", "other households whose credits went to the same card at the time"),
    unit="count",
    null="unknown",
    needs=("card_transactions.counterparty_card_id", "settlements"),
    compute=_compute,
    rests_on=_sweeps.rows_of,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("two others at the time", alike.paid("P1"), 2.0),
        Case("others months before", apart.paid("P1"), 0.0),
        Case("to the wife's card", at_home.paid("P1"), 0.0),
    ),
)
