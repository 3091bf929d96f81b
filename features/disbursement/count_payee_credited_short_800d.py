"""Earlier payments of the item to the payee that were credited short while most of the village got theirs in full."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._credit import short_while_others_whole


def _compute(view: View) -> Float:
    return view.memo(short_while_others_whole).count()


first = world().paid("P1", at="2019-01-20", disbursement_id="E1", run_id="R1")
neighbours = first.paid("P3", at="2019-01-20", disbursement_id="E3", run_id="R1").paid(
    "P4", at="2019-01-20", disbursement_id="E4", run_id="R1"
)
short = neighbours.add("settlements", disbursement_id="E1", amount="60.00", at="2019-01-23")
whole = short.add("settlements", disbursement_id="E3", at="2019-01-23").add(
    "settlements", disbursement_id="E4", at="2019-01-23"
)
all_short = short.add("settlements", disbursement_id="E3", amount="60.00", at="2019-01-23").add(
    "settlements", disbursement_id="E4", amount="60.00", at="2019-01-23"
)

count_payee_credited_short_800d = Feature(
    name="count_payee_credited_short_800d",
    title=("此前少到账且同村多数足额的次数", "earlier payments credited short while most of the village was not"),
    unit="count",
    null="none",
    needs=("settlements", "settlements.amount"),
    compute=_compute,
    rests_on=lambda view: view.memo(short_while_others_whole),
    cases=(
        Case("credited short in January, the neighbours in full", whole.paid("P1"), 1.0),
        Case("lawful withholding: the whole village alike", all_short.paid("P1"), 0.0),
        Case("always credited in full", whole.paid("P3"), 0.0),
    ),
)
