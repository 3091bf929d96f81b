"""Times the payee's credits went on within three days to the card that gathers most of them."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import View
from features.graph import _sweeps, _together


def _compute(view: View) -> Float:
    hubs = view.memo(_sweeps.hubs_of_payee)
    out = np.zeros(view.n)
    order = np.argsort(hubs.times, kind="stable")
    out[hubs.query[order]] = hubs.times[order]
    return np.where(_together.shared_by_bank(view), out, np.nan)


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


gathered = world()
for _person in ("P1", "P3", "P4", "P5"):
    for _period in ("2019-01", "2019-02"):
        gathered = _swept(gathered, _person, _period)

count_sweeps_to_hub = Feature(
    name="count_sweeps_to_hub",
    title=("入账三日内转往同一账户次数", "sweeps to the same card"),
    unit="count",
    null="unknown",
    needs=("card_transactions.counterparty_card_id", "settlements"),
    compute=_compute,
    rests_on=_sweeps.rows_of,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("twice", gathered.paid("P1"), 2.0),
        Case("before the second", gathered.paid("P1", at="2019-02-01"), 1.0),
    ),
)
