"""x"""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._findings import findings
from features._world import world
from features.asof import Pairs, View


def _found(view: View) -> Pairs:
    return findings(view, "person_id", "cleared")


def _compute(view: View) -> Float:
    return _found(view).count()


_earlier = world().paid("P1", at="2019-01-20", disbursement_id="OLD")
_found_out = _earlier.add("dispositions", disbursement_id="OLD", outcome="cleared", decided_at="2019-03-01")

count_cleared_for_person = Feature(
    name="count_cleared_for_person",
    title=("该人既往核查排除笔数", "earlier payments to this person that were looked at and cleared"),
    unit="count",
    null="none",
    needs=("dispositions",),
    compute=_compute,
    rests_on=_found,
    cases=(
        Case("an earlier payment was looked at and cleared", _found_out.paid("P1", at="2019-04-20"), 1.0),
        Case("decided only after this payment", _found_out.paid("P1", at="2019-02-20"), 0.0),
        Case("a payment of somebody else", _found_out.paid("P3", at="2019-04-20"), 0.0),
    ),
)
