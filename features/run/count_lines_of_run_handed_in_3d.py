"""Lines of the same run handed in within the three days up to this one, this one included.

Counted back from the day this line was handed in, whenever one looks: a later look gives the same number.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View


def _then(view: View) -> View:
    """The same runs at the moment each line was handed in."""
    run = np.asarray(view.own("run_id"), dtype=np.int64)
    if view.rows is None:
        return View(view.ledger, view.at, None, {"run_id": run})
    handed_in = np.asarray(view.ledger.tables["disbursements"].known_at, dtype=np.int64)[view.rows]
    return View(view.ledger, np.minimum(view.at, handed_in), None, {"run_id": run})


def _lines(view: View) -> Pairs:
    found = view.memo(_then).match("disbursements", "run_id", days=3)
    return Pairs(view, "disbursements", found.query, found.row)


def _compute(view: View) -> Float:
    lines = view.memo(_then).running("disbursements", "run_id", days=3)
    return np.where(np.asarray(view.own("run_id")) >= 0, lines, np.nan)


two = world().paid("P1", run_id="R1", at="2019-04-20").paid("P3", run_id="R1", at="2019-04-21")

count_lines_of_run_handed_in_3d = Feature(
    name="count_lines_of_run_handed_in_3d",
    title=("三日内同批次提交笔数", "lines of the run handed in within three days"),
    unit="count",
    null="none",
    needs=("disbursements.run_id",),
    compute=_compute,
    rests_on=_lines,
    cases=(
        Case("another one the day before", two, 2.0),
        Case("alone, weeks after the others", two.paid("P5", run_id="R1", at="2019-05-30"), 1.0),
        Case(
            "looked at again a year later",
            two.add("settlements", disbursement_id="D2", status="paid", at="2020-04-25T10:00:00"),
            2.0,
        ),
        Case("no run", world().paid("P1"), None),
    ),
)
