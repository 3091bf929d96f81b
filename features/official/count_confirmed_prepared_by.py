"""Earlier confirmed payments on lists the same official prepared."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._findings import count_findings, findings
from features._world import world
from features.asof import Pairs, View


def _found(view: View) -> Pairs:
    return findings(view, "prepared_by", "confirmed")


def _compute(view: View) -> Float:
    return count_findings(view, "prepared_by", "confirmed")


_earlier = world().paid("P1", at="2019-01-20", disbursement_id="OLD")
_found_out = _earlier.add("dispositions", disbursement_id="OLD", outcome="confirmed", decided_at="2019-03-01")

count_confirmed_prepared_by = Feature(
    name="count_confirmed_prepared_by",
    title=("经办人制表的既往查实笔数", "earlier confirmed payments on lists the same official prepared"),
    unit="count",
    null="none",
    needs=("dispositions",),
    compute=_compute,
    rests_on=_found,
    cases=(
        Case("one confirmed before", _found_out.paid("P3", at="2019-04-20"), 1.0),
        Case("decided only after this payment", _found_out.paid("P3", at="2019-02-20"), 0.0),
        Case("elsewhere, by somebody else", _found_out.paid("P6", at="2019-04-20", prepared_by="O5"), 0.0),
    ),
)
