"""Unrelated households whose credits go on, again and again within three days, to the same card as the payee's."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import View
from features.graph import _sweeps, _together


def _compute(view: View) -> Float:
    return np.where(_together.shared_by_bank(view), view.memo(_sweeps.households_at_hub), np.nan)


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

count_households_at_hub = Feature(
    name="count_households_at_hub",
    title=("三日内反复转入同一账户的他户户数", "households swept to the same card"),
    unit="count",
    null="unknown",
    needs=("card_transactions.counterparty_card_id", "settlements", "persons"),
    compute=_compute,
    rests_on=_sweeps.rows_of,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("three other households", gathered.paid("P1"), 3.0),
        Case(
            "the collecting card is the payee's own",
            gathered.change("cards", "card_id", "C6", holder_person_id="P1").paid("P1"),
            0.0,
        ),
        Case(
            "swept once only by the others",
            _swept(_swept(world(), "P3", "2019-01"), "P1", "2019-01").paid("P1"),
            0.0,
        ),
    ),
)
