"""Whether the item pays for a machine that is registered with the household."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.contract import TABLES
from features.program._item import needed_kind


def _compute(view: View) -> Float:
    kinds = TABLES["holdings"].column("kind").values
    return np.asarray(needed_kind(view, "holding_kind", "holdings") == kinds.index("machine"), dtype=np.float64)


is_machine_item = Feature(
    name="is_machine_item",
    title=("机具购置类项目", "machine item"),
    unit="flag",
    null="none",
    needs=("programs.holding_kind",),
    compute=_compute,
    cases=(
        Case("machine purchase", world().paid("P1", "MACHINE"), 1.0),
        Case("land", world().paid("P1", "LAND"), 0.0),
    ),
)
