"""Whether the line stands in a block of five or more names that a roster of another township has in the same order."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import View
from features.division._copied import copied_since


def copied(view: View) -> Float:
    """1.0 where it does, as known at the moment; shape (n,)."""
    table = view.ledger.tables["disbursements"]
    since = table.derived("copied_since", copied_since)
    row = view.latest("disbursements", "disbursement_id")
    return np.where(row >= 0, since[np.maximum(row, 0)] <= view.at, False).astype(np.float64)


def _compute(view: View) -> Float:
    return view.memo(copied)


def rosters(*lists: tuple[str, str, str]) -> World:
    """Lists of one run: (village, names by one character each, moment); every name is a person of its own."""
    made = world()
    for number, (village, names, at) in enumerate(lists):
        for line, name in enumerate(names):
            made = made.paid(
                "P1", at=at, run_id="R1", division_code=village, payee_name=name, line_no=100 * number + line,
                person_id=f"{name}{number}", card_id=f"C{name}{number}", household_id=f"H{name}{number}",
            )  # fmt: skip
    return made


FIRST, SECOND, OTHER = "519901101001", "519901101002", "519901102001"

is_in_block_copied_across_townships = Feature(
    name="is_in_block_copied_across_townships",
    title=("名单片段与其他乡镇雷同", "in a block copied across townships"),
    unit="flag",
    null="none",
    needs=("disbursements.payee_name", "disbursements.line_no", "disbursements.run_id"),
    compute=_compute,
    cases=(
        Case(
            "six names in the same order as in another township",
            rosters((OTHER, "甲乙丙丁戊己庚", "2019-04-18"), (FIRST, "壬甲乙丙丁戊己", "2019-04-20")),
            1.0,
        ),
        Case(
            "the same township: a list carried over",
            rosters((SECOND, "甲乙丙丁戊己庚", "2019-04-18"), (FIRST, "壬甲乙丙丁戊己", "2019-04-20")),
            0.0,
        ),
        Case(
            "the same names in another order",
            rosters((OTHER, "甲乙丙丁戊己庚", "2019-04-18"), (FIRST, "己戊丁丙乙甲壬", "2019-04-20")),
            0.0,
        ),
    ),
)
