"""People who came to the village's list of the item and went again within half a year, in two years.

For means-tested monthly items; null for others.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.division._spells import short_stays
from features.division.share_village_short_stays_730d import turns


def _compute(view: View) -> Float:
    short, everybody = view.memo(short_stays)
    return np.where(everybody > 0, short, np.nan)


count_village_short_stays_730d = Feature(
    name="count_village_short_stays_730d",
    title=("两年内本村短期享受后停发人数", "people of the village who came and went within half a year"),
    unit="count",
    null="none",
    needs=("programs.means_tested",),
    compute=_compute,
    cases=(
        Case("two came and went, the third went last month, the fourth begins", turns("P1", "P2", "P3", "P4"), 2.0),
        Case("one person all the time", turns("P1", "P1", "P1", "P1"), 0.0),
        Case("not a means-tested item", world().paid("P1"), None),
    ),
)
