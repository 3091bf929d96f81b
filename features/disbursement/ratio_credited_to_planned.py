"""What the bank credited of this payment against what was planned; null until it answered that it paid."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._credit import PAID


def answers(view: View) -> Pairs:
    """Bank answers on record that say this payment was paid."""
    found = view.match("settlements", "disbursement_id")
    return found.where(found["status"] == PAID)


def _compute(view: View) -> Float:
    found = view.memo(answers)
    credited = found.last(found["amount"])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(credited / view.own("amount"))


answered = (
    world()
    .paid("P1", at="2019-04-20", disbursement_id="E1")
    .add("settlements", disbursement_id="E1", amount="60.00", at="2019-04-20T09:00:00")
)

ratio_credited_to_planned = Feature(
    name="ratio_credited_to_planned",
    title=("到账与应发之比", "credited against planned"),
    unit="ratio",
    null="none",
    needs=("settlements", "settlements.amount"),
    compute=_compute,
    rests_on=lambda view: view.memo(answers),
    cases=(
        Case("sixty of a hundred yuan", answered, 0.6),
        Case("not answered yet", world().paid("P1"), None),
    ),
)
