"""Part of the money that left the payee's cards which went within three days to one and the same card."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import World, world
from features.asof import LedgerTable, View
from features.asof.grows import by_row
from features.graph import _sweeps
from features.outlet import _use


def _compute(view: View) -> Float:
    hubs = view.memo(_sweeps.hubs_of_payee)
    fen = np.zeros(view.n)
    order = np.argsort(hubs.fen, kind="stable")
    fen[hubs.query[order]] = hubs.fen[order]
    table = _use.prepare(view)
    table.derived("debit", _debit)
    return ratio(fen, view.running("card_transactions", {"holder": view.own("person_id")}, of="debit"))


@by_row()
def _debit(table: LedgerTable) -> Float:
    """Money that left the card, fen; 0 for money that came in."""
    came_in = np.asarray(table.column("kind")) == table.schema.column("kind").values.index("transfer_in")
    return np.where(came_in, 0.0, np.nan_to_num(np.asarray(table.column("amount"), dtype=np.float64)))


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

share_swept_to_hub = Feature(
    name="share_swept_to_hub",
    title=("支出中三日内转往同一账户的比例", "part of the money swept to one card"),
    unit="share",
    null="unknown",
    needs=("card_transactions.counterparty_card_id", "settlements"),
    compute=_compute,
    rests_on=_sweeps.rows_of,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("everything", gathered.paid("P1"), 1.0),
        Case(
            "half",
            gathered.add("card_transactions", card_id="C1", amount="200.00", at="2019-03-01").paid("P1"),
            0.5,
        ),
    ),
)
