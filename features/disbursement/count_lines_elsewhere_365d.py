"""Standing lines of the same item for the same person in another village, within a year."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._places import current, lines_of_two_villages_365d
from features.disbursement._same_item import others, standing


def _lines(view: View) -> Pairs:
    found = others(lines_of_two_villages_365d(view))
    elsewhere = current(view, found["division_code"]) != current(view, found.own("division_code"))
    return standing(found.where(elsewhere))


def _compute(view: View) -> Float:
    return _lines(view).count()


elsewhere = world().paid("P1", division_code="519901102001", at="2019-03-20", period="2019-03")

count_lines_elsewhere_365d = Feature(
    name="count_lines_elsewhere_365d",
    title=("一年内在其他村同项发放笔数", "lines of the item in another village, in a year"),
    unit="count",
    null="none",
    needs=("divisions",),
    compute=_compute,
    rests_on=_lines,
    cases=(
        Case("paid in two villages", elsewhere.paid("P1"), 1.0),
        Case("two years before", elsewhere.paid("P1", at="2021-04-20"), 0.0),
        Case("another item", elsewhere.paid("P1", "LAND"), 0.0),
    ),
)
