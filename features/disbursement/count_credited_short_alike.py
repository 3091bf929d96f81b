"""Of a payment credited short: other payments of the run short by the same sum, or the same share to half a percent."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features.asof import View
from features.disbursement._credit import count_alike, own_short
from features.disbursement.share_credited_short_beside import answered


def _compute(view: View) -> Float:
    return view.memo(count_alike)


count_credited_short_alike = Feature(
    name="count_credited_short_alike",
    title=("同批按同一比例或金额少到账的笔数", "payments beside it short by the same sum or share"),
    unit="count",
    null="none",
    needs=("settlements", "settlements.amount"),
    compute=_compute,
    rests_on=lambda view: view.memo(own_short),
    cases=(
        Case("two others lack the same ten yuan", answered("90.00", "90.00", "90.00", "100.00"), 2.0),
        Case("others lack other sums", answered("90.00", "61.00", "77.00"), 0.0),
        Case("not short", answered("100.00", "60.00", "60.00"), None),
    ),
)
