"""Whether a payment that came back from the payee's own card was sent again to a stranger's card.

A stranger lives in another household and is neither proxy, kin nor institution on record; null for a payment that
replaces none.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.card import _holder


def original(view: View) -> Pairs:
    """The payment that this one replaces."""
    return view.match("disbursements", {"disbursement_id": np.asarray(view.own("reissue_of"), dtype=np.int64)})


def _compute(view: View) -> Float:
    again = np.asarray(view.own("reissue_of"), dtype=np.int64)
    row = view.latest("disbursements", {"disbursement_id": again})
    before = View(
        view.ledger, view.at, None, {"card_id": view.at_rows("disbursements", "card_id", row).astype(np.int64)}
    )
    was_own = before.lookup("cards", "holder_person_id", "card_id") == view.own("person_id")
    relation = view.memo(_holder.relation)
    value = ((relation == _holder.STRANGER) & was_own).astype(np.float64)
    return np.where((again < 0) | (relation == _holder.UNKNOWN), np.nan, value)


returned = (
    world()
    .paid("P1", at="2019-01-20", disbursement_id="E1")
    .add("settlements", disbursement_id="E1", status="returned", amount=None, at="2019-01-25")
)

is_reissued_to_stranger = Feature(
    name="is_reissued_to_stranger",
    title=("退回款改发至他人卡", "sent again to a stranger's card"),
    unit="flag",
    null="none",
    needs=("cards", "disbursements.reissue_of", "persons.household_id"),
    compute=_compute,
    rests_on=lambda view: (view.memo(original), view.memo(_holder.card_rows)),
    cases=(
        Case("to a neighbour's card", returned.paid("P1", card_id="C3", reissue_of="E1"), 1.0),
        Case("to the spouse's card", returned.paid("P1", card_id="C2", reissue_of="E1"), 0.0),
        Case("to the payee's own card", returned.paid("P1", reissue_of="E1"), 0.0),
        Case("not sent again", returned.paid("P1", card_id="C3"), None),
    ),
)
