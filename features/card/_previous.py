"""The payee's payment before this one, found by walking back in the ledger."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.asof import View
from features.asof.group_index import GroupIndex

Int64 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def _before(
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    rows: NDArray[np.int32],
    known: Int64,
    gone: Int64,
    keys: Int64,
    own: Int64,
    at: Int64,
) -> Int64:
    out = np.full(keys.shape[0], -1, np.int64)
    for i in range(keys.shape[0]):
        k = keys[i]
        if k < 0:
            continue
        lo = starts[k]
        hi = ends[k]
        while lo < hi:
            mid = (lo + hi) // 2
            if known[rows[mid]] < own[i]:
                lo = mid + 1
            else:
                hi = mid
        j = lo - 1
        while j >= starts[k] and gone[rows[j]] <= at[i]:
            j -= 1
        if j >= starts[k]:
            out[i] = rows[j]
    return out


def before(index: GroupIndex, known: Int64, gone: Int64, keys: Int64, own: Int64, at: Int64) -> Int64:
    """For each key the last row of its group known before `own` and not replaced by `at`; -1 none."""
    groups = index.lookup([keys])
    return np.asarray(_before(index.starts, index.ends, index.rows, known, gone, groups, own, at))


def _previous(view: View, columns: tuple[str, ...]) -> Int64:
    if view.rows is None:
        raise TypeError("only payments have a payment before them")
    table = view.ledger.tables["disbursements"]
    index = table.index(columns)
    groups = index.lookup([np.asarray(view.own(c), dtype=np.int64) for c in columns])
    own = table.known_at[view.rows]
    return np.asarray(
        _before(index.starts, index.ends, index.rows, table.known_at, table.superseded_at, groups, own, view.at)
    )


def previous_of_person(view: View) -> Int64:
    """Row of the last payment to the person submitted before this one, whatever the item; -1 none."""
    return _previous(view, ("person_id",))


def previous_of_item(view: View) -> Int64:
    """Row of the last payment of the same item to the person submitted before this one; -1 none."""
    return _previous(view, ("person_id", "program_id"))
