"""Blocks of a village's roster that stand, line for line, on a roster of another township.

A list is what was submitted at one moment for one village in one run, in order of its lines. Every five consecutive
names make a block; the same block on a list of another township is a copy, whichever came first.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from features._feature import Float
from features.asof import LedgerTable, View
from features.asof.grows import by_row
from features.asof.ledger import NEVER
from features.asof.part import Part
from features.disbursement._chain import Codes
from features.disbursement._places import current

NAMELESS = 1 << 28
"""Added to the code of a person who stands on a roster without a name, so that it is no name's code."""

BITS = ((0, 20), (20, 22), (42, 22))
"""Where the parts of a block's number lie: an index wants whole numbers of 32 bits, the first of them small."""

FEW = 64
"""Rows that arrive together of which it is looked whether each stands alone."""

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


def _alone(table: LedgerTable) -> bool:
    """Whether these are the last rows, each the only one of its moment so far: lists of one line."""
    table.ledger.reads.note(table.name)
    if not isinstance(table, Part) or not 0 < table.rows <= FEW:
        return False
    first, known = int(table.row_numbers[0]), table.whole.known_at
    if first + table.rows != len(known):
        return False
    moments = known[max(first - 1, 0) :].tolist()
    return all(one < other for one, other in pairwise(moments))


def _own_number(rows: Codes) -> NDArray[np.int32]:
    return rows.astype(np.int32)


def _never(rows: Codes) -> Float:
    return np.full(len(rows), np.inf)


def _no_block(rows: Codes) -> NDArray[np.int32]:
    return np.full(len(rows), -1, dtype=np.int32)


@by_row(alone=_own_number)
def first_of_list(table: LedgerTable) -> NDArray[np.int32]:
    """The list each row stands on, by the number of the first of its rows that arrived; shape (rows,)."""
    if _alone(table):
        return table.row_numbers.astype(np.int32)
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


def _tokens(table: LedgerTable, rows: Codes) -> NDArray[np.uint64]:
    """What stands for the name on each of these lines: the name, or the person where the roster has none."""
    name = np.asarray(table.column("payee_name")[rows], dtype=np.int64)
    person = np.asarray(table.column("person_id")[rows], dtype=np.int64)
    return np.where(name >= 0, name, person + NAMELESS).astype(np.uint64) + np.uint64(1)


def _hashed(token: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One number for each block of names in a row, by its first place."""
    count = max(len(token) - LENGTH + 1, 0)
    block = np.zeros(count, dtype=np.uint64)
    for step in range(LENGTH):
        block = block * np.uint64(0x9E3779B97F4A7C15) + token[step : count + step]
    return block


def _touched(arrived: LedgerTable) -> Codes:
    """Rows of the lists that have a block which stands on a list that rows arrived on, or stood there before."""
    every = arrived.whole
    if _alone(arrived):
        return np.empty(0, np.int64)
    _, lists, members = _members(arrived)
    older = members < arrived.row_numbers[:1]
    lists = lists[older]
    blocks = _hashed(_tokens(every, members[older]))
    before = blocks[lists[: len(blocks)] == lists[LENGTH - 1 :]]  # A line between two others took their block apart.
    now = [every.codes(name)[members] for name in _made(every)]
    keys = [np.concatenate([part, _bits(before, *where)]) for part, where in zip(now, BITS, strict=True)]
    index = every.index(tuple(BLOCK))
    _, others = index.expand(index.lookup(keys))
    return np.unique(_members(Part(every, np.unique(others)))[2])


def _members(table: LedgerTable) -> tuple[Codes, Codes, Codes]:
    """(list of each row of `table`; list and row of every line of those lists, in order of the lines)."""
    every, index = table.whole, table.index(("first_of_list",))
    lists, own = np.unique(table.derived("first_of_list", first_of_list), return_inverse=True)
    which, rows = index.expand(index.lookup([lists]))
    line = np.nan_to_num(np.asarray(every.column("line_no")[rows], dtype=np.float64), nan=np.inf)
    order = np.lexsort((every.rank_of(rows), line, which))
    return own, which[order], rows[order]


def _same_block(every: LedgerTable, rows: Codes) -> tuple[Codes, Codes]:
    """(position in `rows`, other row) where the blocks that end with two lines are of the same names."""
    index = every.index(_made(every))
    found = index.expand(index.lookup([every.codes(name)[rows] for name in BLOCK]))
    other = found[1] != rows[found[0]]
    return found[0][other], found[1][other]


def _made(every: LedgerTable) -> tuple[str, ...]:
    """The columns of `BLOCK`, once they are made."""
    for name, make in BLOCK.items():
        every.derived(name, make)
    return tuple(BLOCK)


def _bits(block: NDArray[np.uint64], shift: int, bits: int) -> NDArray[np.int32]:
    return ((block >> np.uint64(shift)) & np.uint64((1 << bits) - 1)).astype(np.int32)


def _block_of(table: LedgerTable, where: tuple[int, int]) -> NDArray[np.int32]:
    """Some bits of the number of the block that ends with each line, -1 where none does."""

    def make() -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
        order, number = _lists(table)
        block = _hashed(_tokens(table, order))
        whole = number[: len(block)] == number[LENGTH - 1 :]
        ends = order[LENGTH - 1 :][whole] if len(block) else order[:0]
        found, there = np.zeros(table.rows, np.uint64), np.zeros(table.rows, bool)
        found[ends], there[ends] = block[whole], True
        return found, there

    if _alone(table):
        return np.full(table.rows, -1, dtype=np.int32)
    found, there = table.shared("blocks", make)
    return np.where(there, _bits(found, *where), np.int32(-1)).astype(np.int32)


@by_row(alone=_no_block)
def _block_low(table: LedgerTable) -> NDArray[np.int32]:
    return _block_of(table, BITS[0])


@by_row(alone=_no_block)
def _block_middle(table: LedgerTable) -> NDArray[np.int32]:
    return _block_of(table, BITS[1])


@by_row(alone=_no_block)
def _block_high(table: LedgerTable) -> NDArray[np.int32]:
    return _block_of(table, BITS[2])


BLOCK = {"block_low": _block_low, "block_middle": _block_middle, "block_high": _block_high}


@by_row(also=_touched, alone=_never)
def copied_since(table: LedgerTable) -> Float:
    """Moment (microseconds UTC) from which a block around the row was known in two townships, inf where never."""
    if isinstance(table, Part):
        return _of_some(table)
    out = np.full(table.rows, np.inf)
    if table.rows < LENGTH:
        return out
    order, number = _lists(table)
    block = _hashed(_tokens(table, order))
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


def _of_some(table: Part) -> Float:
    """The same for some rows: their lists line by line, each block asked for in all others."""
    if _alone(table):
        return np.full(table.rows, np.inf)
    every = table.whole
    _, lists, rows = _members(table)
    if len(rows) < LENGTH or np.bincount(lists).max() < LENGTH:
        return np.full(table.rows, np.inf)
    place, other = _same_block(every, rows)
    both = township_of(Part(every, np.concatenate([rows, other])))
    township, there = both[: len(rows)], both[len(rows) :]
    apart = (there != township[place]) & (township[place] >= 0)
    since = np.full(len(rows), np.inf)
    np.minimum.at(since, place[apart], every.known_at[other[apart]].astype(np.float64))
    found = np.full(len(rows), np.inf)
    for step in range(LENGTH):  # A block reaches from the line it ends with to the fourth before.
        end = len(rows) - step
        found[:end] = np.minimum(found[:end], np.where(lists[:end] == lists[step:], since[step:], np.inf))
    order = np.argsort(rows)
    at = order[np.searchsorted(rows[order], table.row_numbers)]
    return np.asarray(found[at])
