"""Which disbursements are scored, and as of when."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger
from features.asof.ledger import MICROSECONDS_A_DAY, NEVER

Int64 = NDArray[np.int64]
_EPOCH = dt.date(1970, 1, 1)


def rows_between(ledger: Ledger, first: dt.date, last: dt.date) -> tuple[Int64, Int64]:
    """Disbursements submitted on local dates first..last, both included, each as of its own submission.

    Returns row numbers and moments (microseconds UTC), shape (n,) each. Of several versions of one disbursement
    only the last submitted in the range is scored.
    """
    known = ledger.tables["disbursements"].known_at
    start = (first - _EPOCH).days * MICROSECONDS_A_DAY - ledger.utc_offset
    end = ((last - _EPOCH).days + 1) * MICROSECONDS_A_DAY - ledger.utc_offset
    rows = np.nonzero((known >= start) & (known < end))[0].astype(np.int64)
    replaced = ledger.tables["disbursements"].superseded_at[rows]
    rows = rows[replaced >= end]
    return rows, known[rows]


def rows_of_run(ledger: Ledger, run_id: str) -> tuple[Int64, Int64]:
    """Disbursements of one payment run, each as of its own submission. Raises KeyError when the run has none."""
    table = ledger.tables["disbursements"]
    code = ledger.vocabulary("run").encode_values([run_id])[0]
    rows = np.nonzero(table.column("run_id") == code)[0].astype(np.int64) if code >= 0 else np.empty(0, np.int64)
    rows = rows[table.superseded_at[rows] == NEVER]
    if len(rows) == 0:
        raise KeyError(f"no disbursement belongs to run {run_id!r}")
    return rows, table.known_at[rows]


def rows_named(ledger: Ledger, ids: pa.Array | pa.ChunkedArray, at_us: Int64) -> Int64:
    """The version of each disbursement that stood at its moment, by id; shape (n,), -1 where there was none."""
    table = ledger.tables["disbursements"]
    codes = ledger.vocabulary("disbursement").encode(ids)
    own = table.codes("disbursement_id")
    # Rows of one disbursement stand together, in the order its versions became known.
    order = np.argsort(own, kind="stable")
    first = np.searchsorted(own[order], codes, side="left")
    place = np.searchsorted(own[order], codes, side="right") - 1
    while (later := (place >= first) & (table.known_at[order[np.maximum(place, 0)]] > at_us)).any():
        place = np.where(later, place - 1, place)
    return np.where((codes >= 0) & (place >= first), order[np.maximum(place, 0)], -1).astype(np.int64)


def rows_window(ledger: Ledger, as_of_us: int, days: int) -> tuple[Int64, Int64]:
    """Disbursements submitted in the `days` before the moment, all as of that moment."""
    table = ledger.tables["disbursements"]
    after = as_of_us - days * MICROSECONDS_A_DAY
    rows = np.nonzero((table.known_at > after) & (table.known_at <= as_of_us) & (table.superseded_at > as_of_us))[0]
    return rows.astype(np.int64), np.full(len(rows), as_of_us, dtype=np.int64)
