"""Payments of the ledger as rows of the contract: which row a payment is, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from features.asof import Ledger

IDS = (
    ("disbursement_id", "disbursement"),
    ("run_id", "run"),
    ("program_id", "program"),
    ("period", "period"),
    ("division_code", "division"),
    ("household_id", "household"),
    ("prepared_by", "official"),
    ("person_id", "person"),
    ("card_id", "card"),
)
"""Columns of a payment that are kept beside its score, with their identifier spaces."""


def row_numbers(ledger: Ledger, ids: Sequence[str], at_us: Sequence[int | None]) -> NDArray[np.int64]:
    """Row of each payment's version known at exactly its moment, of its newest where that is None; -1 where there is
    none; shape (n,)."""
    import numpy as np
    import pyarrow as pa

    table = ledger.tables["disbursements"]
    out = np.full(len(ids), -1, np.int64)
    if table.rows == 0:
        return out
    index, known = table.index(("disbursement_id",)), table.known_at
    codes = ledger.vocabulary("disbursement").encode(pa.array(list(ids), pa.string()))
    for place, (group, at) in enumerate(zip(index.lookup([codes]).tolist(), at_us, strict=True)):
        if group < 0:
            continue
        rows = index.rows[index.starts[group] : index.ends[group]]
        if at is not None:
            rows = rows[known[rows] == at]
        if len(rows):
            out[place] = rows[-1]
    return out


def payments_at(ledger: Ledger, rows: NDArray[np.int64]) -> pa.Table:
    """What the score's row repeats of each payment, in canonical types; shape (n,)."""
    import pyarrow as pa

    table = ledger.tables["disbursements"]
    columns: dict[str, pa.Array] = {}
    for name, entity in IDS:
        columns[name] = pa.array(ledger.vocabulary(entity).decode(table.codes(name)[rows]), pa.string())
    fen = table.numbers("amount")[rows].tolist()
    columns["amount"] = pa.array([Decimal(int(value)) / 100 for value in fen], pa.decimal128(18, 2))
    columns["submitted_at"] = pa.array(table.known_at[rows], pa.timestamp("us", tz="UTC"))
    return pa.table(columns)
