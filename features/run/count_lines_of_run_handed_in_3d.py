"""Lines of the same run handed in within the three days up to this one, this one included."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View


def _lines(view: View) -> Pairs:
    return view.match("disbursements", "run_id", days=3)


def _compute(view: View) -> Float:
    lines = view.running("disbursements", "run_id", days=3)
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
        Case("no run", world().paid("P1"), None),
    ),
)
