"""Share of the run's lines so far whose person was already paid the item for that period."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.asof.grows import by_row
from features.asof.ledger import LedgerTable
from features.disbursement._notice import is_first


@by_row()
def _again(lines: LedgerTable) -> NDArray[np.float64]:
    """1.0 for lines that are not the first (by moment) for their person, item and period and replace no line."""
    first = is_first(lines, ("person_id", "program_id", "period"))
    return np.where((lines.column("reissue_of") >= 0) | first, 0.0, 1.0)


def _compute(view: View) -> Float:
    view.ledger.tables["disbursements"].derived("paid_again", _again)
    again = view.running("disbursements", "run_id", of="paid_again")
    return np.where(np.asarray(view.own("run_id")) >= 0, ratio(again, view.running("disbursements", "run_id")), np.nan)


april = world().paid("P1", run_id="R1").paid("P3", run_id="R1")

share_run_paid_before = Feature(
    name="share_run_paid_before",
    title=("批次中同期已发放过的比例", "share of the run's lines already paid for the period"),
    unit="share",
    null="none",
    needs=("disbursements.run_id",),
    compute=_compute,
    cases=(
        Case("a run that pays everybody's difference", april.paid("P1", run_id="R2").paid("P3", run_id="R2"), 1.0),
        Case("one line in three", april.paid("P1", run_id="R1"), 1 / 3),
        Case("the ordinary run", april, 0.0),
    ),
)
