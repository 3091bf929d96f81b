"""Earlier findings on payments that share something with the one scored: what the county already found out.

These facts remember who was caught. They help while a scheme goes on and say nothing of schemes nobody looked at, so
the evaluation reports the score with and without them.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from features._feature import Float
from features.asof import LedgerTable, Pairs, View
from features.asof.grows import by_row


def findings(view: View, shared: str, outcome: str) -> Pairs:
    """Findings on record whose payment has the same code in the disbursement column `shared`."""
    return view.memo(_by(shared, outcome))


def count_findings(view: View, shared: str, outcome: str) -> Float:
    """How many such findings each query has, in O(log n); for columns with many payments (officials, villages)."""
    name = _register(view, shared)
    flagged = f"is_{outcome}"
    view.ledger.tables["dispositions"].derived(flagged, partial(_outcome_flag, outcome=outcome))
    return view.running("dispositions", {name: view.own(shared)}, of=flagged)


_MADE: dict[tuple[str, str], partial[Pairs]] = {}


def _by(shared: str, outcome: str) -> partial[Pairs]:
    """One function object for each (column, outcome), so that a view computes it once."""
    return _MADE.setdefault((shared, outcome), partial(_findings, shared=shared, outcome=outcome))


def _findings(view: View, *, shared: str, outcome: str) -> Pairs:
    name = _register(view, shared)
    found = view.match("dispositions", {name: view.own(shared)})
    return found.where(found.is_("outcome", outcome))


def _register(view: View, shared: str) -> str:
    name = f"payment_{shared}"
    view.ledger.tables["dispositions"].derived(name, partial(_payment_column, shared=shared))
    return name


@by_row()
def _payment_column(table: LedgerTable, *, shared: str) -> NDArray[np.int32]:
    """The payment's code in column `shared` for each finding, -1 where the payment was not on record by then.

    Of a corrected payment the version that stood when the finding was decided: a later one must not change what was
    known before it.
    """
    payments = table.ledger.tables["disbursements"]
    then = View(table.ledger, table.known_at, None, {"disbursement_id": table.codes("disbursement_id")})
    row = then.latest("disbursements", "disbursement_id")
    values = payments.column(shared)
    return (
        np.where(row >= 0, values[np.maximum(row, 0)], -1).astype(np.int32)
        if payments.rows
        else np.full(table.rows, -1, np.int32)
    )


@by_row()
def _outcome_flag(table: LedgerTable, *, outcome: str) -> NDArray[np.float64]:
    code = table.schema.column("outcome").values.index(outcome)
    return np.asarray(table.column("outcome") == code, dtype=np.float64)
