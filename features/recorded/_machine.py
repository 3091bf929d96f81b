"""The machine: runs the steps of a program over a few rows, all of them in one compiled call.

Memory is one array of eight-byte places, read as whole numbers (`m`) or float64 (`f`). Value k lies at `off[k]` and is
`size[k]` long; single values (numbers of rows, constants) are one long. Leaves are arrays of the ledger, given by
address and length. A step is a row of `code`: what it does, the value it makes, then values, leaves or plain numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.recorded import _arrange as arrange
from features.recorded import _history as history
from features.recorded._by_query import reduced
from features.recorded._codes import CODE, FIRST_OTHER
from features.recorded._elementwise import elementwise
from features.recorded._steps import arranged, from_leaf, leaf_f4, leaf_f8, leaf_i4, leaf_i8

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Float64 = NDArray[np.float64]

FULL_MEMORY, OUTSIDE, UNEQUAL = -1, -2, -3
"""What `run` answers where it could not go on: memory too small, a place outside an array, lengths that differ."""

_TAKE, _LEAF_I4, _LEAF_I1, _SIZE = CODE["TAKE"], CODE["LEAF_I4"], CODE["LEAF_I1"], CODE["SIZE"]
_LEAF_SIZE, _CONCAT, _FULL, _ARANGE = CODE["LEAF_SIZE"], CODE["CONCAT"], CODE["FULL"], CODE["ARANGE"]
_REPEAT, _ANY, _SUM_I, _TALLY = CODE["REPEAT"], CODE["ANY"], CODE["SUM_I"], CODE["TALLY"]
_CELLS, _LARGEST_I, _KNOWN, _GROUP = CODE["CELLS"], CODE["LARGEST_I"], CODE["KNOWN"], CODE["GROUP"]
_DESCEND, _NARROW, _ARRIVED, _NEWEST = CODE["DESCEND"], CODE["NARROW"], CODE["ARRIVED"], CODE["NEWEST"]
_EXPAND, _COUNT_ROWS, _TOTAL_ROWS, _DISTINCT_ROWS = (
    CODE["EXPAND"],
    CODE["COUNT_ROWS"],
    CODE["TOTAL_ROWS"],
    CODE["DISTINCT_ROWS"],
)
_Q_COUNT, _Q_PICK_BY, _OUT_F, _OUT_I = CODE["Q_COUNT"], CODE["Q_PICK_BY"], CODE["OUT_F"], CODE["OUT_I"]
_F4 = 1
_PARTS = ("_machine", "_steps", "_codes", "_memory", "_elementwise", "_arrange", "_history", "_by_query")


@njit(nogil=True)
def _single(op: int, m: Int64, o: int, a: int, n: int) -> None:
    """A single value from many."""
    if op == _SIZE:
        m[o] = n
    elif op == _SUM_I:
        m[o] = 0
        for i in range(n):
            m[o] += m[a + i]
    elif op == _LARGEST_I:
        m[o] = m[a]
        for i in range(1, n):
            m[o] = max(m[o], m[a + i])
    elif op == _ANY:
        m[o] = 0
        for i in range(n):
            if m[a + i] != 0:
                m[o] = 1
    else:
        m[o] = 1
        for i in range(n):
            if m[a + i] == 0:
                m[o] = 0


@njit(nogil=True)
def _asked(s: Int32, m: Int64, f: Float64, o: int, off: Int64, size: Int64, address: Int64, length: Int64) -> None:
    """A step of `_history` whose result is as long as its queries."""
    op = s[0]
    a, n = off[s[2]], size[s[2]]
    if op == _KNOWN:
        known = leaf_i8(address, length, s[3])
        for i in range(n):
            m[o + i] = history.known_by(known, m[a + i])
    elif op == _GROUP:
        groups = length[s[3]]
        for i in range(n):
            m[o + i] = m[a + i] if m[a + i] < groups else -1
    elif op == _DESCEND:
        starts, finer = leaf_i4(address, length, s[3]), leaf_i4(address, length, s[4])
        history.descend(m, o, a, n, starts, finer, off[s[5]])
    elif op == _NEWEST:
        rows, gone = leaf_i4(address, length, s[4]), leaf_i8(address, length, s[5])
        history.newest(m, o, a, off[s[3]], n, rows, gone, off[s[6]])
    elif op == _COUNT_ROWS:
        rows, gone = leaf_i4(address, length, s[4]), leaf_i8(address, length, s[5])
        history.count_rows(m, f, o, a, off[s[3]], n, rows, leaf_i4(address, length, s[7]), gone, off[s[6]])
    elif op == _DISTINCT_ROWS:
        rows, gone = leaf_i4(address, length, s[4]), leaf_i8(address, length, s[5])
        previous, values = leaf_i4(address, length, s[7]), leaf_i4(address, length, s[8])
        history.distinct_rows(m, f, o, a, off[s[3]], n, rows, previous, values, gone, off[s[6]])


@njit(nogil=True)
def _totalled(
    s: Int32, m: Int64, f: Float64, o: int, off: Int64, size: Int64, address: Int64, length: Int64, extra: Int32
) -> None:
    """Sums over ranges of rows."""
    a, n = off[s[2]], size[s[2]]
    rows, gone = leaf_i4(address, length, s[4]), leaf_i8(address, length, s[5])
    starts, replaced = leaf_i4(address, length, s[8]), leaf_i4(address, length, s[7])
    values = leaf_f8(address, length, s[11])
    if extra[s[10]] == _F4:
        counts = leaf_f4(address, length, extra[s[10] + 1])
        history.total_rows(m, f, o, a, off[s[3]], n, starts, off[s[9]], counts, rows, replaced, gone, off[s[6]], values)
    else:
        totals = leaf_f8(address, length, extra[s[10] + 1])
        history.total_rows(m, f, o, a, off[s[3]], n, starts, off[s[9]], totals, rows, replaced, gone, off[s[6]], values)


def _sources() -> str:
    """Hash of all code that is compiled into the machine."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    others = [here.parent / "asof" / f"{name}.py" for name in ("_reduce", "_cells", "_live_kernels")]
    for path in [*(here / f"{name}.py" for name in _PARTS), *others]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _compiled(sources: str) -> Callable[..., int]:
    """The machine as compiled from these sources.

    What a compiled function calls is compiled into it, and numba's cache sees changes only in the function's own file.
    It does see what a function closes over: here the hash of every file that takes part.
    """

    @njit(cache=True, nogil=True)
    def run(
        code: Int32,
        off: Int64,
        size: Int64,
        m: Int64,
        f: Float64,
        top: int,
        address: Int64,
        length: Int64,
        extra: Int32,
        out: Float64,
    ) -> int:
        """Run the steps from memory place `top` on. Gives the first free place, or why it stopped (below 0).

        `out` (results, n) takes what `OUT_*` steps hand over.
        """
        if len(sources) == 0:
            return OUTSIDE
        room = m.shape[0]
        for step in range(code.shape[0]):
            s = code[step]
            op, made = s[0], s[1]
            a, n = off[s[2]], size[s[2]]
            o = top
            if op < FIRST_OTHER:
                b, c = off[s[3]], off[s[4]]
                single = s[5]
                many: Any = 1
                if (single & 1) == 0:
                    many = n
                elif (single & 2) == 0:
                    many = size[s[3]]
                elif (single & 4) == 0:
                    many = size[s[4]]
                if ((single & 2) == 0 and size[s[3]] != many) or ((single & 4) == 0 and size[s[4]] != many):
                    return UNEQUAL
                if o + many > room:
                    return FULL_MEMORY
                sa, sb, sc = 1 - (single & 1), 1 - ((single >> 1) & 1), 1 - ((single >> 2) & 1)
                elementwise(op, m, f, o, many, a, sa, b, sb, c, sc)
                off[made], size[made] = o, many
                top = o + many
            elif _LEAF_I4 <= op <= _LEAF_I1:
                if o + n > room:
                    return FULL_MEMORY
                if from_leaf(op, m, f, o, a, n, address, length, s[3]) < 0:
                    return OUTSIDE
                off[made], size[made] = o, n
                top = o + n
            elif op == _NARROW:
                if o + 2 * n > room:
                    return FULL_MEMORY
                starts, rows = leaf_i4(address, length, s[4]), leaf_i4(address, length, s[5])
                ends = leaf_i4(address, length, s[8])
                after = off[s[6]] if s[6] >= 0 else -1
                history.narrow(m, o, o + n, n, starts, ends, rows, a, after, off[s[7]])
                off[made], size[made] = o, n
                off[s[3]], size[s[3]] = o + n, n
                top = o + 2 * n
            elif op == _EXPAND:
                most = history.how_many(m, a, off[s[4]], n)
                if o + 2 * most > room:
                    return FULL_MEMORY
                rows, gone = leaf_i4(address, length, s[5]), leaf_i8(address, length, s[6])
                found = history.expand(m, o, o + most, a, off[s[4]], n, rows, gone, off[s[7]])
                off[made], size[made] = o, found
                off[s[3]], size[s[3]] = o + most, found
                top = o + most + found
            elif op == _CELLS:
                first_column = extra[s[4]]
                n = size[first_column]
                if o + 2 * n > room:
                    return FULL_MEMORY
                columns = np.empty(s[5], np.int64)
                for k in range(s[5]):
                    columns[k] = off[extra[s[4] + k]]
                    if size[extra[s[4] + k]] != n:
                        return UNEQUAL
                found = arrange.cells(m, o, o + n, columns, n)
                off[made], size[made] = o, found
                off[s[3]], size[s[3]] = o + n, n
                top = o + 2 * n
            elif op == _LEAF_SIZE:
                if o + 1 > room:
                    return FULL_MEMORY
                m[o] = length[s[3]]
                off[made], size[made] = o, 1
                top = o + 1
            elif op == _SIZE or _ANY <= op <= _SUM_I or op == _LARGEST_I:  # noqa: SIM109 - numba compiles no `in`
                if o + 1 > room:
                    return FULL_MEMORY
                if op == _LARGEST_I and n == 0:
                    return OUTSIDE
                _single(op, m, o, a, n)
                off[made], size[made] = o, 1
                top = o + 1
            elif op == _OUT_F:
                for i in range(n):
                    out[s[3], i] = f[a + i]
            elif op == _OUT_I:
                for i in range(n):
                    out[s[3], i] = m[a + i]
            elif op >= _Q_COUNT and op <= _Q_PICK_BY:
                queries = m[off[s[3]]]
                if o + queries > room:
                    return FULL_MEMORY
                if (s[5] == 1 and size[s[4]] != n) or (s[7] == 1 and size[s[6]] != n):
                    return UNEQUAL
                reduced(op, m, f, o, queries, a, n, off[s[4]], s[5], off[s[6]], s[7], s[8] == 1, f[off[s[9]]])
                off[made], size[made] = o, queries
                top = o + queries
            elif op >= _KNOWN:
                if o + n > room:
                    return FULL_MEMORY
                if op == _TOTAL_ROWS:
                    _totalled(s, m, f, o, off, size, address, length, extra)
                elif op == _ARRIVED:
                    columns = np.empty(s[7], np.int64)
                    for k in range(s[7]):
                        columns[k] = off[extra[s[6] + k]]
                    slots, rows = leaf_i4(address, length, s[3]), leaf_i4(address, length, s[4])
                    history.arrived(m, o, a, n, columns, slots, rows, m[off[s[5]]])
                else:
                    _asked(s, m, f, o, off, size, address, length)
                off[made], size[made] = o, n
                top = o + n
            else:
                need = n
                if op == _TAKE:
                    need = size[s[3]]
                elif op == _CONCAT:
                    need = 0
                    for part in extra[s[3] : s[3] + s[4]]:
                        need += size[part]
                elif op == _FULL:
                    need = m[off[s[3]]]
                elif op == _ARANGE:
                    need = m[a]
                elif op == _REPEAT:
                    need = 0
                    for i in range(n):
                        need += m[off[s[3]] + i * s[4]]
                elif op == _TALLY:
                    need = m[off[s[3]]]
                    for i in range(n):
                        need = max(need, m[a + i] + 1)
                if o + need > room:
                    return FULL_MEMORY
                found = arranged(s, m, f, o, off, size, address, length, extra)
                if found < 0:
                    return int(found)
                off[made], size[made] = o, found
                top = o + found
        return int(top)

    found: Callable[..., int] = run
    return found


run = _compiled(_sources())
