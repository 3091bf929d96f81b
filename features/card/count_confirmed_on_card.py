"""x"""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._findings import findings
from features._world import world
from features.asof import Pairs, View


def _found(view: View) -> Pairs:
    return findings(view, "card_id", "confirmed")


def _compute(view: View) -> Float:
    return _found(view).count()


_earlier = world().paid("P1", at="2019-01-20", disbursement_id="OLD")
_found_out = _earlier.add("dispositions", disbursement_id="OLD", outcome="confirmed", decided_at="2019-03-01")

count_confirmed_on_card = Feature(
    name="count_confirmed_on_card",
    title=("该卡既往查实笔数", "earlier payments to this card that were confirmed irregular"),
    unit="count",
    null="none",
    needs=("dispositions",),
    compute=_compute,
    rests_on=_found,
    cases=(
        Case("an earlier payment was looked at and confirmed", _found_out.paid("P1", at="2019-04-20"), 1.0),
        Case("decided only after this payment", _found_out.paid("P1", at="2019-02-20"), 0.0),
        Case("a payment of somebody else", _found_out.paid("P3", at="2019-04-20"), 0.0),
    ),
)
