"""Villages across mergers: the code in force today of a code that ended."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.asof import Pairs, View
from features.asof.grows import by_code
from features.asof.ledger import Ledger, LedgerTable

Codes = NDArray[np.int64]
Int32 = NDArray[np.int32]
Float = NDArray[np.float64]


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


def lines_of_two_villages_365d(view: View) -> Pairs:
    """Lines of the same person and item within a year, of people who are paid in more than one village at all.

    Who never is (whenever one looks) has nothing to compare: leaving them out saves the work and changes no answer.
    """
    return view.memo(_lines_of_two_villages_365d)


def _lines_of_two_villages_365d(view: View) -> Pairs:
    several = np.asarray(view.ledger.tables["disbursements"].derived("in_two_villages", _in_two_villages)) == 1.0
    person = np.asarray(view.own("person_id"), dtype=np.int64)
    keys = {"person_id": np.where(several[person], person, -1), "program_id": np.asarray(view.own("program_id"))}
    return view.match("disbursements", keys, days=365)


@njit(cache=True, nogil=True)
def _mark(people: Int32, starts: Int32, ends: Int32, rows: Int32, village: Int32, last: Codes, values: Float) -> None:
    """Whether each of these people has lines in different villages, by person code."""
    for person in people:
        if person < 0:
            continue
        first = last[village[rows[starts[person]]]]
        values[person] = 0.0
        for p in range(starts[person], ends[person]):
            if last[village[rows[p]]] != first:
                values[person] = 1.0
                break


def _again(lines: LedgerTable, arrived: LedgerTable, values: NDArray[np.float64], first: int) -> None:
    index = lines.index(("person_id",))
    last, village = last_successor(lines.ledger), lines.codes("division_code")
    _mark(arrived.codes("person_id"), index.starts, index.ends, index.rows, village, last, values)


@by_code("person", _again)
def _in_two_villages(lines: LedgerTable) -> NDArray[np.float64]:
    """1.0 by person code with lines in different villages; one more entry for code -1."""
    size = len(lines.ledger.vocabulary("person")) + 1
    village = last_successor(lines.ledger)[lines.column("division_code").astype(np.int64)].astype(np.float64)
    person = lines.column("person_id").astype(np.int64)
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, person, village)
    np.maximum.at(high, person, village)
    out = np.asarray(low < high, dtype=np.float64)
    out[-1] = 0.0
    return out
