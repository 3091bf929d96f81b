"""Which payments may belong together: the unit that is drawn again when an interval is made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger
from models.evaluation.over_time.answers import Answers

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


def clusters_of(ledger: Ledger, rows: Int64, answers: Answers) -> Int64:
    """A number for each payment's cluster, among the given disbursement rows alone; shape (n,), as the answers.

    Payments are tied by card and by household. Those found irregular are further tied by their ring where it is known,
    and where the finding suspects an official by who prepared them. Whoever is tied over
    several steps is one cluster, so clusters are rather too large than too small, and intervals too wide.
    """
    table = ledger.tables["disbursements"]
    positive, ring = answers.confirmed, answers.ring
    everyone = np.ones(len(rows), dtype=bool)
    ties: list[tuple[Int64, Bool]] = [
        (table.column("card_id")[rows].astype(np.int64), everyone),
        (table.column("household_id")[rows].astype(np.int64), everyone),
        (table.column("prepared_by")[rows].astype(np.int64), positive & answers.by_official),
    ]
    if ring is not None:
        numbers: dict[object, int] = {}
        code = [-1 if r is None else numbers.setdefault(r, len(numbers)) for r in ring]
        ties.append((np.array(code, dtype=np.int64), positive))
    return _components(len(rows), ties)


def _components(n: int, ties: list[tuple[Int64, Bool]]) -> Int64:
    """Connected components of rows under ties (code of each row, where it counts); a negative code ties nobody."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    start, ends, nodes = n, [], []
    for code, counts in ties:
        tied = np.nonzero(counts & (code >= 0))[0]
        _, place = np.unique(code[tied], return_inverse=True)
        ends.append(tied)
        nodes.append(place.ravel() + start)
        start += int(place.max()) + 1 if len(tied) else 0
    left, right = np.concatenate(ends), np.concatenate(nodes)
    graph = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(start, start))
    _, label = connected_components(graph, directed=False)
    return np.asarray(label[:n], dtype=np.int64)
