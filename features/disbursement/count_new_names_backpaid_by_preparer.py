"""Lines of the run by the same preparer that pay periods long over to people never paid the item before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features._calendar import month_of
from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.asof.grows import by_row
from features.asof.ledger import LedgerTable
from features.contract import TABLES
from features.disbursement._notice import is_first
from features.program._of_code import of_item

GROUP = ("run_id", "prepared_by")


@by_row()
def _new_and_back(lines: LedgerTable) -> NDArray[np.float64]:
    """1.0 for a person's first line of a continuing item that pays a period long over.

    Items counted in months: more months than the period has. Others: a period over for more than a month.
    """
    ledger = lines.ledger
    first = is_first(lines, ("person_id", "program_id"))
    if not first.any():
        return np.zeros(lines.rows)
    begun, ended = (month_of(days[lines.column("period")]) for days in ledger.periods)
    submitted = month_of(lines.column("submitted_at"))
    in_months = _item_is(lines, "quantity_unit", "month")
    continuing = _item_is(lines, "frequency", "monthly", "quarterly")
    lump = np.where(
        in_months, (ended < submitted) & (lines.column("quantity") > ended - begun + 1), ended + 1 < submitted
    )
    return np.asarray(first & continuing & lump, dtype=np.float64)


def _item_is(lines: LedgerTable, column: str, *values: str) -> NDArray[np.bool_]:
    declared = TABLES["programs"].column(column).values
    found: NDArray[np.bool_] = np.isin(of_item(lines, column), [declared.index(v) for v in values])
    return found


def _compute(view: View) -> Float:
    table = view.ledger.tables["disbursements"]
    own = np.asarray(table.derived("new_and_back", _new_and_back), dtype=np.float64)
    mine = own[view.rows] if view.rows is not None else np.zeros(view.n)
    return np.where(mine > 0, view.running("disbursements", GROUP, of="new_and_back"), 0.0)


known = world().paid("P4", period="2018-04", at="2018-04-20")
three = world()
for number in (1, 2, 3):
    three = three.paid(f"P{number}", run_id="R1", period="2018-05", quantity=6, at="2018-12-23")

count_new_names_backpaid_by_preparer = Feature(
    name="count_new_names_backpaid_by_preparer",
    title=("同批次同经办人补发新名单人数", "new names paid back by the preparer in the run"),
    unit="count",
    null="none",
    needs=("disbursements.run_id", "disbursements.prepared_by", "disbursements.quantity"),
    compute=_compute,
    cases=(
        Case("three new names", three, 3.0),
        Case(
            "the ordinary month of somebody new", three.paid("P4", run_id="R1", period="2018-12", at="2018-12-23"), 0.0
        ),
        Case(
            "paid before",
            world()
            .paid("P4", period="2018-04", at="2018-04-20")
            .paid("P4", run_id="R1", period="2018-05", quantity=6, at="2018-12-23"),
            0.0,
        ),
    ),
)
