"""Lines of the run's list for this village whose payees are registered in the same other village as this payee.

Each payee where the register had the person when the line was submitted; 0 for a payee registered here.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import LedgerTable, Pairs, View
from features.asof.group_index import latest_row
from features.asof.grows import by_row
from features.disbursement._chain import Codes
from features.disbursement._places import last_successor

KEYS = ("run_id", "division_code", "registered_elsewhere")


@by_row()
def registered_elsewhere(table: LedgerTable) -> Codes:
    """Village today of the payee's registration as known with each line, -1 where it is the list's own or unknown."""
    persons, place = table.ledger.tables["persons"], last_successor(table.ledger)
    index = persons.index(("person_id",))
    row = latest_row(persons, index, index.lookup([table.column("person_id")]), table.known_at)
    if not persons.rows:
        return row
    home = np.where(row >= 0, place[persons.column("division_code")[np.maximum(row, 0)].astype(np.int64)], -1)
    here = place[np.asarray(table.column("division_code"), dtype=np.int64)]
    return np.where((home >= 0) & (here >= 0) & (home != here), home, -1).astype(np.int64)


def _keys(view: View) -> dict[str, Codes]:
    table = view.ledger.tables["disbursements"]
    elsewhere = table.derived("registered_elsewhere", registered_elsewhere)
    row = view.latest("disbursements", "disbursement_id")
    own = np.where(row >= 0, elsewhere[np.maximum(row, 0)], -1).astype(np.int64)
    return {
        "run_id": np.asarray(view.own("run_id"), dtype=np.int64),
        "division_code": np.asarray(view.own("division_code"), dtype=np.int64),
        "registered_elsewhere": own,
    }


def lines(view: View) -> Pairs:
    """Those lines, the scored one among them."""
    return view.match("disbursements", view.memo(_keys))


def _compute(view: View) -> Float:
    return view.running("disbursements", view.memo(_keys))


def visitors(*people: str) -> World:
    """One list of the third village with these people on it."""
    made = world()
    for person in people:
        made = made.paid(person, run_id="R1", division_code="519901102001", household_id=f"H{person}")
    return made


count_lines_of_payees_village_in_list = Feature(
    name="count_lines_of_payees_village_in_list",
    title=(
        "本名单中与该对象同属另一村的人数",
        "lines of the list whose payees are registered in this payee's other village",
    ),
    unit="count",
    null="none",
    needs=("divisions", "disbursements.run_id"),
    compute=_compute,
    rests_on=lines,
    cases=(
        Case("three of one other village", visitors("P5", "P1", "P3", "P4"), 3.0),
        Case("registered here", visitors("P1", "P3", "P6"), 0.0),
        Case("one who moved", visitors("P6", "P1"), 1.0),
    ),
)
