"""Share of the people on the village's list of the item in two years who came and went within half a year.

For means-tested monthly items; null for others.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import World, world
from features.asof import View
from features.division._spells import short_stays


def _compute(view: View) -> Float:
    short, everybody = view.memo(short_stays)
    return ratio(short, np.where(everybody > 0, everybody, np.nan))


def turns(*who: str, months: int = 4) -> World:
    """The people of the first village paid the minimum allowance in turn, some months each; asked in July."""
    made = world()
    month = 12 * 2019 + 6 - months * (len(who) - 1)
    for person in who:
        for _ in range(months if person != who[-1] else 1):
            year, number = divmod(month, 12)
            made = made.paid(person, "DIBAO", at=f"{year}-{number + 1:02d}-08")
            month += 1
    return made


share_village_short_stays_730d = Feature(
    name="share_village_short_stays_730d",
    title=("两年内本村短期享受后停发人数占比", "share of the village list that came and went within half a year"),
    unit="share",
    null="none",
    needs=("programs.means_tested",),
    compute=_compute,
    cases=(
        Case("two came and went, the third went last month, the fourth begins", turns("P1", "P2", "P3", "P4"), 0.5),
        Case("one person all the time", turns("P1", "P1", "P1", "P1"), 0.0),
        Case("not a means-tested item", world().paid("P1"), None),
    ),
)
