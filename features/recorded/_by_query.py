"""Steps that reduce pairs to queries, as `features.asof._reduce` does, on the machine's memory."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.asof import _reduce as reduce
from features.recorded._codes import CODE

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
_COUNT, _TOTAL, _MEAN = CODE["Q_COUNT"], CODE["Q_TOTAL"], CODE["Q_MEAN"]
_LARGEST, _SMALLEST = CODE["Q_LARGEST"], CODE["Q_SMALLEST"]
_QUANTILE, _DISTINCT, _PICK = CODE["Q_QUANTILE"], CODE["Q_DISTINCT"], CODE["Q_PICK"]


@njit(nogil=True)
def reduced(
    op: int,
    m: Int64,
    f: Float64,
    o: int,
    n: int,
    query: int,
    pairs: int,
    values: int,
    step: int,
    by: int,
    by_step: int,
    last: bool,
    q: float,
) -> None:
    """One reduction of `pairs` pairs to `n` queries, written at `o`; a step of 0 repeats a single value."""
    if op == _COUNT:
        for i in range(n):
            f[o + i] = 0.0
        for p in range(pairs):
            f[o + m[query + p]] += 1.0
        return
    who = np.empty(pairs, np.int32)
    what = np.empty(pairs, np.float64)
    for p in range(pairs):
        who[p] = m[query + p]
        what[p] = f[values + p * step]
    if op == _TOTAL:
        found = reduce.total(who, what, n)
    elif op == _MEAN:
        found = reduce.mean(who, what, n)
    elif op == _LARGEST:
        found = reduce.largest(who, what, n)
    elif op == _SMALLEST:
        found = reduce.smallest(who, what, n)
    elif op == _QUANTILE:
        found = reduce.quantile(who, what, n, q)
    elif op == _DISTINCT:
        found = reduce.distinct(who, what, n)
    elif op == _PICK:
        found = reduce.pick(who, what, n, last)
    else:
        order = np.empty(pairs, np.float64)
        for p in range(pairs):
            order[p] = f[by + p * by_step]
        found = reduce.pick_by(who, what, order, n, last)
    for i in range(n):
        f[o + i] = found[i]
