"""Applications of the village paid in two years although their list was missing or hung for half its days or less.

The scored payment's own application is left out.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import View
from features.disbursement._notice import first_line_unposted

WINDOW_DAYS = 730


def unposted_but_own(view: View) -> Float:
    """How many other applications; shape (n,)."""
    table = view.ledger.tables["disbursements"]
    flags = table.derived("first_line_unposted", first_line_unposted)
    cells = view.unique("division_code")
    number = cells.spread(cells.running("disbursements", "division_code", days=WINDOW_DAYS, of="first_line_unposted"))
    index = table.index(("application_id",))
    group = index.lookup([np.asarray(view.own("application_id"), dtype=np.int64)])
    if not table.rows:
        return np.asarray(number)
    found = index.firsts(group)
    first = np.maximum(found, 0)
    there = table.column("division_code")[first] == view.own("division_code")
    recent = (table.known_at[first] <= view.at) & (table.known_at[first] > view.at - WINDOW_DAYS * 86_400_000_000)
    return np.asarray(number - np.where((found >= 0) & there & recent, flags[first], 0.0))


def _compute(view: View) -> Float:
    return view.memo(unposted_but_own)


def unposted(*people: str) -> World:
    """Land applications of these people, paid without a list."""
    made = world()
    for person in people:
        made = made.add("applications", application_id=f"A{person}", program_id="LAND", person_id=person).paid(
            person, "LAND", application_id=f"A{person}"
        )
    return made


count_village_unposted_730d = Feature(
    name="count_village_unposted_730d",
    title=("两年内本村其他未按规定公示的申报数", "other applications of the village paid without a proper notice"),
    unit="count",
    null="none",
    needs=("notices", "notices.posted_to", "applications", "programs.notice_days"),
    compute=_compute,
    cases=(
        Case("two neighbours' as well", unposted("P3", "P4", "P1"), 2.0),
        Case("only this one", unposted("P1"), 0.0),
        Case("in another village", unposted("P3", "P6"), 0.0),
    ),
)
