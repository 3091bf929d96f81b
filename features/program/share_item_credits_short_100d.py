"""Share of the item's credits of the last 100 days, everywhere, that fell short: high for a withholding from all."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.division import _cuts


def _compute(view: View) -> Float:
    table = _cuts.prepare(view)
    table.derived("is_short", _cuts.is_short)
    item = view.unique(np.asarray(view.own("program_id")), names=("program_of_payment",))
    short = item.running("settlements", "program_of_payment", days=100, of="is_short")
    return item.spread(ratio(short, item.running("settlements", "program_of_payment", days=100)))


share_item_credits_short_100d = Feature(
    name="share_item_credits_short_100d",
    title=("本项目近100天全县少到账占比", "share of the item's credits that fell short everywhere"),
    unit="share",
    null="none",
    needs=("settlements",),
    compute=_compute,
    cases=(
        Case("no answers", world().paid("P1"), None),
        Case(
            "one of two",
            world()
            .paid("P1", at="2019-03-20")
            .add("settlements", disbursement_id="D1", amount="90.00", at="2019-03-22")
            .paid("P3", at="2019-03-20")
            .add("settlements", disbursement_id="D2", at="2019-03-22")
            .paid("P1"),
            0.5,
        ),
    ),
)
