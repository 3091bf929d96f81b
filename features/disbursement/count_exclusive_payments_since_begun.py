"""Payments of an excluded item to the same person for periods since this item, the later of the two, began."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._same_item import lines_of_item, standing
from features.program._item import excluded, excludes_any


def _lines(view: View) -> Pairs:
    """Lines of excluded items within the time this item has been paid, where this item began later."""
    mine = lines_of_item(view)
    begun = mine.min(mine.period_from())
    # Most items exclude nothing: ask only for the persons whose item does.
    own = np.asarray(view.own("program_id"), dtype=np.int64)
    person = np.where(excludes_any(view, own), view.own("person_id"), -1)
    found = view.match("disbursements", {"person_id": person})
    found = found.where(excluded(view, own[found.query], found["program_id"].astype(np.int64)))
    first = found.min(found.period_from())
    later = (begun > first)[found.query]
    since = found.period_to() >= begun[found.query]
    until = found.period_from() <= view.period_to()[found.query]
    return standing(found.where(later & since & until))


def _compute(view: View) -> Float:
    return _lines(view).count()


dibao = world()
for month in ("2019-01", "2019-02", "2019-03"):
    dibao = dibao.paid("P1", "DIBAO", period=month, at=f"{month}-10")

count_exclusive_payments_since_begun = Feature(
    name="count_exclusive_payments_since_begun",
    title=("互斥项目重叠发放笔数", "payments of an excluded item since this one began"),
    unit="count",
    null="none",
    needs=("programs.exclusive_with",),
    compute=_compute,
    rests_on=_lines,
    cases=(
        Case(
            "two months of both",
            dibao.paid("P1", "TEKUN", period="2019-02", at="2019-02-12").paid(
                "P1", "TEKUN", period="2019-03", at="2019-03-12"
            ),
            2.0,
        ),
        Case("switched in March: one month of both", dibao.paid("P1", "TEKUN", period="2019-03", at="2019-03-12"), 1.0),
        Case(
            "the item that was there first",
            dibao.paid("P1", "TEKUN", period="2019-02", at="2019-02-12").about("D3"),
            0.0,
        ),
        Case("another member of the household", dibao.paid("P2", "TEKUN", period="2019-03", at="2019-03-12"), 0.0),
        Case("arrears for the time before", dibao.paid("P1", "TEKUN", period="2018-12", at="2019-03-12"), 0.0),
    ),
)
