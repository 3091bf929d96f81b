"""Whether the register has nobody with the identity number paid."""

from __future__ import annotations

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.person._register import registered


def _compute(view: View) -> Float:
    return flag(registered(view).row < 0)


is_identity_unregistered = Feature(
    name="is_identity_unregistered",
    title=("身份号码未登记", "identity number not in the register"),
    unit="flag",
    null="unknown",
    needs=("persons",),
    compute=_compute,
    cases=(
        Case("registered", world().paid("P1"), 0.0),
        Case("nobody has the number", world().paid("P99"), 1.0),
    ),
)
