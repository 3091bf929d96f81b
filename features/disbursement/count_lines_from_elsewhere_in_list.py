"""Lines of the village's list for the item and period whose application is from another village."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.asof.grows import by_row
from features.asof.ledger import LedgerTable
from features.disbursement._places import last_successor

LIST = ("division_code", "program_id", "period")


@by_row()
def _from_elsewhere(lines: LedgerTable) -> NDArray[np.float64]:
    """1.0 for lines whose application, as first known and known by then, was made in another village."""
    applications = lines.ledger.tables["applications"]
    place = last_successor(lines.ledger)
    if not applications.rows:
        return np.zeros(lines.rows)
    index = applications.index(("application_id",))
    first = index.firsts(index.lookup([lines.column("application_id")]))
    row = np.maximum(first, 0)
    applied = place[applications.column("division_code")[row].astype(np.int64)]
    paid = place[lines.column("division_code").astype(np.int64)]
    known = (first >= 0) & (applications.known_at[row] <= lines.known_at)
    return np.asarray(known & (applied >= 0) & (paid >= 0) & (applied != paid), dtype=np.float64)


def _compute(view: View) -> Float:
    view.ledger.tables["disbursements"].derived("from_elsewhere", _from_elsewhere)
    return view.running("disbursements", LIST, of="from_elsewhere")


applied = world()
for number in (1, 2, 3):
    applied = applied.add("applications", application_id=f"A{number}", person_id=f"P{number}")
copied = applied
for number in (1, 2, 3):
    copied = copied.paid(f"P{number}", application_id=f"A{number}", division_code="519901102001")

count_lines_from_elsewhere_in_list = Feature(
    name="count_lines_from_elsewhere_in_list",
    title=("本村名单中外村申报的笔数", "lines of the list applied for in another village"),
    unit="count",
    null="none",
    needs=("applications.division_code", "divisions"),
    compute=_compute,
    cases=(
        Case("a list copied from another village", copied, 3.0),
        Case("one who moved", applied.paid("P1", application_id="A1", division_code="519901102001"), 1.0),
        Case("everybody at home", applied.paid("P1", application_id="A1").paid("P2", application_id="A2"), 0.0),
    ),
)
