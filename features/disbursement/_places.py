"""Villages across mergers: the code in force today of a code that ended."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import Pairs, View
from features.asof.grows import by_code
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


def _several(lines: LedgerTable, rows: Codes, group: Codes, size: int) -> NDArray[np.float64]:
    """1.0 for groups of lines in different villages."""
    village = last_successor(lines.ledger)[lines.column("division_code")[rows].astype(np.int64)].astype(np.float64)
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, group, village)
    np.maximum.at(high, group, village)
    return np.asarray(low < high, dtype=np.float64)


def _again(lines: LedgerTable, arrived: LedgerTable, values: NDArray[np.float64], first: int) -> None:
    people = np.unique(arrived.codes("person_id"))
    people = people[people >= 0]
    index = lines.index(("person_id",))
    group, rows = index.expand(index.lookup([people]))
    values[people] = _several(lines, rows, group, len(people))


@by_code("person", _again)
def _in_two_villages(lines: LedgerTable) -> NDArray[np.float64]:
    """1.0 by person code with lines in different villages; one more entry for code -1."""
    size = len(lines.ledger.vocabulary("person")) + 1
    out = _several(lines, lines.row_numbers, lines.column("person_id").astype(np.int64), size)
    out[-1] = 0.0
    return out
