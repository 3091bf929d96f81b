"""The amount as a share of the sum up to which a township may determine this item alone."""

from __future__ import annotations

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View


def _compute(view: View) -> Float:
    return ratio(view.own("amount"), view.lookup("programs", "township_limit", "program_id"))


ratio_amount_to_township_limit = Feature(
    name="ratio_amount_to_township_limit",
    title=("金额与乡镇审批限额之比", "amount against the township's own limit"),
    unit="ratio",
    null="none",
    needs=("programs.township_limit",),
    compute=_compute,
    cases=(
        Case("relief just below the limit", world().paid(program="RELIEF", amount="1900.00"), 0.95),
        Case("an item without such a limit", world().paid(amount="1900.00"), None),
    ),
)
