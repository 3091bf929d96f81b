"""Villages across mergers: the code in force today of a code that ended."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import View
from features.asof.ledger import Ledger, LedgerTable

Codes = NDArray[np.int64]


def current(view: View, codes: NDArray[np.generic]) -> Codes:
    """The last successor of each division code (codes or floats carrying them, -1 or NaN: null), -1 where null."""
    last = last_successor(view.ledger)
    given = np.nan_to_num(np.asarray(codes, dtype=np.float64), nan=-1).astype(np.int64)
    return last[given]


def last_successor(ledger: Ledger) -> Codes:
    """The last successor by division code; one more entry for code -1."""
    return np.asarray(ledger.tables["divisions"].derived("last_successor", _last_successor)).astype(np.int64)


def _last_successor(divisions: LedgerTable) -> NDArray[np.float64]:
    """By division code; one more entry for code -1."""
    size = len(divisions.ledger.vocabulary("division"))
    step = np.arange(size + 1)
    codes = divisions.column("division_code").astype(np.int64)
    successor = divisions.column("successor_code").astype(np.int64)
    step[codes[successor >= 0]] = successor[successor >= 0]
    step[-1] = -1
    # Following the step as many times as there are generations; a ring of successors cannot loop for ever.
    for _ in range(8):
        step = np.where(step >= 0, step[step], -1)
    return step.astype(np.float64)
