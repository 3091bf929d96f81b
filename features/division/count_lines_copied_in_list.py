"""Lines of the same list that stand in blocks copied across townships, the scored one included."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features.asof import Pairs, View
from features.division._copied import copied_since, first_of_list
from features.division.is_in_block_copied_across_townships import FIRST, OTHER, copied, rosters


def copied_lines(view: View) -> Pairs:
    """Those lines, for queries that are one of them."""
    table = view.ledger.tables["disbursements"]
    number = table.derived("first_of_list", first_of_list)
    since = table.derived("copied_since", copied_since)
    row = view.latest("disbursements", "disbursement_id")
    own = np.where((row >= 0) & (view.memo(copied) > 0), number[np.maximum(row, 0)], -1).astype(np.int64)
    lists = view.unique(own, names=("first_of_list",))
    lines = lists.match("disbursements", "first_of_list")
    lines = lines.where(since[lines.row] <= lists.at[lines.query])
    return lines


def _compute(view: View) -> Float:
    lines = view.memo(copied_lines)
    lists = lines.view
    counted = lists.spread(lines.count())  # type: ignore[attr-defined]
    return np.asarray(counted)


count_lines_copied_in_list = Feature(
    name="count_lines_copied_in_list",
    title=("本名单中与其他乡镇雷同的行数", "lines of the list copied across townships"),
    unit="count",
    null="none",
    needs=("disbursements.payee_name", "disbursements.line_no", "disbursements.run_id"),
    compute=_compute,
    cases=(
        Case(
            "six of seven",
            rosters((OTHER, "甲乙丙丁戊己庚", "2019-04-18"), (FIRST, "壬甲乙丙丁戊己", "2019-04-20")),
            6.0,
        ),
        Case("none", rosters((OTHER, "甲乙丙丁戊己庚", "2019-04-18"), (FIRST, "壬癸子丑寅卯", "2019-04-20")), 0.0),
    ),
)
