"""Amount paid minus the nearest amount that quantity times a published rate allows (0 within tolerance)."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._rates import due


def _compute(view: View) -> Float:
    return due(view).off


def _rates(view: View) -> Pairs:
    return view.match("program_rates", "program_id")


changed = world().add("program_rates", program_id="LAND", rate="120.00", valid_from="2019-07-01")
graded = world().add("program_rates", program_id="PENSION", grade=2, rate="60.00")

yuan_off_rate = Feature(
    name="yuan_off_rate",
    title=("与标准应发金额的差额", "amount minus what the rate gives"),
    unit="fen",
    null="none",
    needs=("program_rates", "disbursements.quantity"),
    compute=_compute,
    rests_on=_rates,
    cases=(
        Case("ten yuan too much", world().paid("P1", amount="110.00"), 1000.0),
        Case("twenty yuan too little", world().paid("P1", amount="80.00"), -2000.0),
        Case("the rate of another grade", graded.paid("P1", amount="60.00"), 0.0),
        Case("three units", world().paid("P1", amount="300.00", quantity=3), 0.0),
        Case(
            "half the year at the old rate",
            changed.paid("P1", "LAND", quantity=1, amount="110.00"),
            0.0,
        ),
        Case("no quantity on the line", world().paid("P1", quantity=None), None),
    ),
)
