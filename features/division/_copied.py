"""Blocks of a village's roster that stand, line for line, on a roster of another township.

A list is what was submitted at one moment for one village in one run, in order of its lines. Every five consecutive
names make a block; the same block on a list of another township is a copy, whichever came first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features._feature import Float
from features.asof import LedgerTable, View
from features.asof.grows import WholeTable, by_row
from features.asof.ledger import NEVER
from features.disbursement._chain import Codes
from features.disbursement._places import current

LENGTH = 5
"""Names in a row; fewer coincide by chance in lists of one family, more would miss short copies."""


def township_of(table: LedgerTable) -> Codes:
    """Code of the township today responsible for each payment's village, -1 unknown; shape (rows,)."""
    ledger = table.ledger
    divisions = ledger.tables["divisions"]
    parent = np.full(len(ledger.vocabulary("division")) + 1, -1, dtype=np.int64)
    parent[np.asarray(divisions.column("division_code"), dtype=np.int64)] = divisions.column("parent_code")
    parent[-1] = -1
    nobody = View(ledger, np.empty(0, dtype=np.int64))
    village = current(nobody, table.column("division_code"))
    return current(nobody, parent[village])


def _lists(table: LedgerTable) -> tuple[Codes, Codes]:
    """Rows in order of (submission, run, village, line), and the number of the list each of them is on.

    A list is of one moment: when a row joins one, the rows of that moment are looked at again (hence the note).
    """
    table.ledger.reads.note(table.name)
    run = np.asarray(table.column("run_id"), dtype=np.int64)
    village = np.asarray(table.column("division_code"), dtype=np.int64)
    place = run * np.int64(len(table.ledger.vocabulary("division")) + 1) + village
    line = np.nan_to_num(np.asarray(table.column("line_no"), dtype=np.float64), nan=np.inf)
    order = np.lexsort((table.rank_of(table.row_numbers), line, place, table.known_at))
    changed = np.ones(len(order), dtype=bool)
    changed[1:] = (place[order][1:] != place[order][:-1]) | (table.known_at[order][1:] != table.known_at[order][:-1])
    return order, np.cumsum(changed) - 1


@by_row()
def first_of_list(table: LedgerTable) -> NDArray[np.int32]:
    """The list each row stands on, by the number of the first of its rows that arrived; shape (rows,)."""
    order, number = _lists(table)
    out = np.empty(table.rows, dtype=np.int32)
    if table.rows:
        starts = np.flatnonzero(np.diff(number, prepend=-1))
        out[order] = np.minimum.reduceat(table.row_numbers[order], starts)[number]
    return out


def _earliest_elsewhere(block: Codes, township: Codes, known: Codes) -> Codes:
    """For each block the earliest moment at which a block of the same names was known in another township."""
    order = np.lexsort((known, block))
    b, t, k = block[order], township[order], known[order]
    new = np.ones(len(b), dtype=bool)
    new[1:] = b[1:] != b[:-1]
    group = np.cumsum(new) - 1
    first_at, first_township = k[new], t[new]
    other = t != first_township[group]
    second_at = np.full(len(first_at), NEVER, dtype=np.int64)
    np.minimum.at(second_at, group[other], k[other])
    out = np.empty(len(block), dtype=np.int64)
    out[order] = np.where(other, first_at[group], second_at[group])
    return out


@by_row()
def copied_since(table: LedgerTable) -> Float:
    """Moment (microseconds UTC) from which a block around the row was known in two townships, inf where never."""
    out = np.full(table.rows, np.inf)
    order, number = _lists(table)
    if table is not table.whole and np.bincount(number, minlength=1).max() >= LENGTH:
        raise WholeTable  # Blocks that arrive are compared with all there are.
    if table.rows < LENGTH:
        return out
    name = np.asarray(table.column("payee_name"), dtype=np.int64)
    person = np.asarray(table.column("person_id"), dtype=np.int64) + len(table.ledger.vocabulary("name"))
    token = np.where(name >= 0, name, person)[order].astype(np.uint64) + np.uint64(1)
    block = np.zeros(len(order) - LENGTH + 1, dtype=np.uint64)
    for step in range(LENGTH):
        block = block * np.uint64(0x9E3779B97F4A7C15) + token[step : len(order) - LENGTH + 1 + step]
    whole = number[: len(block)] == number[LENGTH - 1 :]
    start = np.flatnonzero(whole)
    since = np.full(len(block), np.inf)
    township = township_of(table)[order][start]
    elsewhere = _earliest_elsewhere(block[start].view(np.int64), township, table.known_at[order][start])
    since[start] = np.where((elsewhere == NEVER) | (township < 0), np.inf, elsewhere)
    for step in range(LENGTH):
        covered = order[step : len(block) + step]
        out[covered] = np.minimum(out[covered], since)
    return out
