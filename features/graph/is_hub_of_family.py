"""Whether the card the payee's credits go on to belongs to the payee, the household, kin or a helper on record."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag
from features._world import World, world
from features.asof import View
from features.card import _people
from features.graph import _sweeps, _together


def _compute(view: View) -> Float:
    near = _people.any_by(view.memo(_sweeps.hubs_of_payee).query, view.memo(_sweeps.owner_is_near), view.n)
    return np.where(_together.shared_by_bank(view), flag(near), np.nan)


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

is_hub_of_family = Feature(
    name="is_hub_of_family",
    title=("转往的账户属于本人、同户、亲属或登记代办人", "swept to a card of the family"),
    unit="flag",
    null="unknown",
    needs=("card_transactions.counterparty_card_id", "settlements"),
    compute=_compute,
    rests_on=_sweeps.rows_of,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("a stranger's", gathered.paid("P1"), 0.0),
        Case("the wife's", gathered.change("cards", "card_id", "C6", holder_person_id="P2").paid("P1"), 1.0),
    ),
)
