"""Whether an identity number agreed in a match that gives the payee a death."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.person._matched import listed_deaths, matched_deaths


def _compute(view: View) -> Float:
    found = view.memo(matched_deaths)
    return np.where(found.count() > 0, found.where(found.is_("basis", "number")).any(), np.nan)


is_matched_death_by_number = Feature(
    name="is_matched_death_by_number",
    title=("死亡名单与本人身份号码相符", "the death on a list carries the payee's number"),
    unit="flag",
    null="none",
    needs=("matched_events.basis", "department_rows"),
    compute=_compute,
    rests_on=listed_deaths,
    model=False,
    cases=(
        Case(
            "name, birth date and village only",
            world().listed("P1", on="2019-01-10", recorded="2019-02-01").paid("P1"),
            0.0,
        ),
        Case(
            "an old number that was recognised",
            world().listed("P1", on="2019-01-10", recorded="2019-02-01", basis="number").paid("P1"),
            1.0,
        ),
        Case("on no list", world().paid("P1"), None),
    ),
)
