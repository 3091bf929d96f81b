"""The machine: runs the steps of a program over a few rows, all of them in one compiled call.

Memory is one array of eight-byte places, read as whole numbers (`m`) or float64 (`f`). Value k lies at `off[k]` and is
`size[k]` long; single values (numbers of rows, constants) are one long. Leaves are arrays of the ledger, given by
address and length. A step is a row of `code`: what it does, the value it makes, then values, leaves or plain numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numba import carray, njit
from numpy.typing import NDArray

from features.recorded import _arrange as arrange
from features.recorded import _history as history
from features.recorded._by_query import reduced
from features.recorded._codes import CODE, FIRST_OTHER
from features.recorded._elementwise import elementwise
from features.recorded._memory import pointer

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Float64 = NDArray[np.float64]

FULL_MEMORY, OUTSIDE, UNEQUAL = -1, -2, -3
"""What `run` answers where it could not go on: memory too small, a place outside an array, lengths that differ."""

_TAKE, _LEAF_I4, _LEAF_I8, _LEAF_F8 = CODE["TAKE"], CODE["LEAF_I4"], CODE["LEAF_I8"], CODE["LEAF_F8"]
_LEAF_F4, _LEAF_I1, _SIZE, _LEAF_SIZE = CODE["LEAF_F4"], CODE["LEAF_I1"], CODE["SIZE"], CODE["LEAF_SIZE"]
_COMPRESS, _WHERE_TRUE, _CONCAT, _FULL = CODE["COMPRESS"], CODE["WHERE_TRUE"], CODE["CONCAT"], CODE["FULL"]
_ARANGE, _REPEAT, _CUMSUM_F, _CUMSUM_I = CODE["ARANGE"], CODE["REPEAT"], CODE["CUMSUM_F"], CODE["CUMSUM_I"]
_SORT_F, _SORT_I, _SLICE, _REVERSE = CODE["SORT_F"], CODE["SORT_I"], CODE["SLICE"], CODE["REVERSE"]
_SCATTER, _PUT_MASK, _ANY, _ALL, _SUM_I = CODE["SCATTER"], CODE["PUT_MASK"], CODE["ANY"], CODE["ALL"], CODE["SUM_I"]
_MIN_AT, _MAX_AT, _TALLY = CODE["MIN_AT"], CODE["MAX_AT"], CODE["TALLY"]
_SEARCH_I8, _SEARCH_F8, _IS_IN, _CELLS = CODE["SEARCH_I8"], CODE["SEARCH_F8"], CODE["IS_IN"], CODE["CELLS"]
_UNIQUE, _LARGEST_I = CODE["UNIQUE"], CODE["LARGEST_I"]
_KNOWN, _GROUP, _DESCEND, _NARROW = CODE["KNOWN"], CODE["GROUP"], CODE["DESCEND"], CODE["NARROW"]
_ARRIVED = CODE["ARRIVED"]
_NEWEST, _EXPAND, _COUNT_ROWS = CODE["NEWEST"], CODE["EXPAND"], CODE["COUNT_ROWS"]
_TOTAL_ROWS, _DISTINCT_ROWS = CODE["TOTAL_ROWS"], CODE["DISTINCT_ROWS"]
_Q_COUNT, _Q_PICK_BY = CODE["Q_COUNT"], CODE["Q_PICK_BY"]
_OUT_F, _OUT_I = CODE["OUT_F"], CODE["OUT_I"]
_F4 = 1
_PARTS = ("_machine", "_codes", "_memory", "_elementwise", "_arrange", "_history", "_by_query")


@njit(nogil=True)
def _leaf_i4(address: Int64, length: Int64, k: int) -> Int32:
    return carray(pointer(address[k]), (length[k],), np.int32)  # type: ignore[no-any-return]


@njit(nogil=True)
def _leaf_i8(address: Int64, length: Int64, k: int) -> Int64:
    return carray(pointer(address[k]), (length[k],), np.int64)  # type: ignore[no-any-return]


@njit(nogil=True)
def _leaf_f8(address: Int64, length: Int64, k: int) -> Float64:
    return carray(pointer(address[k]), (length[k],), np.float64)  # type: ignore[no-any-return]


@njit(nogil=True)
def _leaf_f4(address: Int64, length: Int64, k: int) -> NDArray[np.float32]:
    return carray(pointer(address[k]), (length[k],), np.float32)  # type: ignore[no-any-return]


@njit(nogil=True)
def _leaf_i1(address: Int64, length: Int64, k: int) -> NDArray[np.int8]:
    return carray(pointer(address[k]), (length[k],), np.int8)  # type: ignore[no-any-return]


@njit(nogil=True)
def _from_leaf(op: int, m: Int64, f: Float64, o: int, at: int, n: int, address: Int64, length: Int64, k: int) -> int:
    """Values of a leaf at places; a negative place counts from the end."""
    size = length[k]
    for i in range(n):
        place = m[at + i]
        if place < 0:
            place += size
        if place < 0 or place >= size:
            return OUTSIDE
        if op == _LEAF_I4:
            m[o + i] = _leaf_i4(address, length, k)[place]
        elif op == _LEAF_F8:
            f[o + i] = _leaf_f8(address, length, k)[place]
        elif op == _LEAF_I8:
            m[o + i] = _leaf_i8(address, length, k)[place]
        elif op == _LEAF_F4:
            f[o + i] = _leaf_f4(address, length, k)[place]
        else:
            m[o + i] = _leaf_i1(address, length, k)[place]
    return n


@njit(nogil=True)
def _arranged(
    s: Int32, m: Int64, f: Float64, o: int, off: Int64, size: Int64, address: Int64, length: Int64, extra: Int32
) -> int:
    """A step of `_arrange`; the length of its result, or below 0."""
    op = s[0]
    a, n = off[s[2]], size[s[2]]
    if op == _TAKE:
        return arrange.take(m, o, a, n, off[s[3]], size[s[3]])
    if op == _COMPRESS:
        return arrange.compress(m, o, a, off[s[3]], n) if size[s[3]] == n else UNEQUAL
    if op == _WHERE_TRUE:
        return arrange.where_true(m, o, a, n)
    if op == _CONCAT:
        k = 0
        for part in extra[s[3] : s[3] + s[4]]:
            for i in range(size[part]):
                m[o + k] = m[off[part] + i]
                k += 1
        return k
    if op == _FULL:
        for i in range(m[off[s[3]]]):
            m[o + i] = m[a]
        return max(m[off[s[3]]], 0)
    if op == _ARANGE:
        for i in range(m[a]):
            m[o + i] = i
        return max(m[a], 0)
    if op == _REPEAT:
        if s[4] == 1 and size[s[3]] != n:
            return UNEQUAL
        return arrange.repeat(m, o, a, off[s[3]], n, s[4])
    if op == _CUMSUM_I:
        total = np.int64(0)
        for i in range(n):
            total += m[a + i]
            m[o + i] = total
        return n
    if op == _CUMSUM_F:
        sum_ = 0.0
        for i in range(n):
            sum_ += f[a + i]
            f[o + i] = sum_
        return n
    if _SORT_F <= op <= _SORT_I:
        if size[s[3]] != n:
            return UNEQUAL
        arrange.sort_order(m, f, o, a, off[s[3]], n, op == _SORT_F)
        return n
    if op == _SLICE:
        start = s[3] if s[3] >= 0 else max(n + s[3], 0)
        stop = min(s[4], n) if s[4] >= 0 else n + s[4]
        if s[5] == 1:
            stop = n
        k = 0
        for i in range(start, stop):
            m[o + k] = m[a + i]
            k += 1
        return k
    if op == _REVERSE:
        for i in range(n):
            m[o + i] = m[a + n - 1 - i]
        return n
    if op == _SCATTER:
        if s[5] == 1 and size[s[4]] != size[s[3]]:
            return UNEQUAL
        return arrange.scatter(m, o, a, n, off[s[3]], size[s[3]], off[s[4]], s[5])
    if op == _PUT_MASK:
        if size[s[3]] != n:
            return UNEQUAL
        return arrange.put_mask(m, o, a, n, off[s[3]], off[s[4]], s[5])
    if _MIN_AT <= op <= _MAX_AT:
        return arrange.extreme_at(m, f, o, a, n, off[s[3]], size[s[3]], off[s[4]], s[5], op == _MIN_AT)
    if op == _TALLY:
        return arrange.tally(m, o, a, n, m[off[s[3]]])
    if op == _IS_IN:
        return arrange.is_in(m, o, a, n, off[s[3]], size[s[3]])
    if op == _UNIQUE:
        return arrange.distinct_sorted(m, o, a, n)
    if op == _SEARCH_I8:
        values = _leaf_i8(address, length, s[3])
        for i in range(n):
            m[o + i] = history.search(values, m[a + i], s[4] == 1)
        return n
    if op == _SEARCH_F8:
        numbers = _leaf_f8(address, length, s[3])
        for i in range(n):
            m[o + i] = history.search(numbers, f[a + i], s[4] == 1)
        return n
    return OUTSIDE


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
        known = _leaf_i8(address, length, s[3])
        for i in range(n):
            m[o + i] = history.known_by(known, m[a + i])
    elif op == _GROUP:
        groups = length[s[3]]
        for i in range(n):
            m[o + i] = m[a + i] if m[a + i] < groups else -1
    elif op == _DESCEND:
        starts, finer = _leaf_i4(address, length, s[3]), _leaf_i4(address, length, s[4])
        history.descend(m, o, a, n, starts, finer, off[s[5]])
    elif op == _NEWEST:
        rows, gone = _leaf_i4(address, length, s[4]), _leaf_i8(address, length, s[5])
        history.newest(m, o, a, off[s[3]], n, rows, gone, off[s[6]])
    elif op == _COUNT_ROWS:
        rows, gone = _leaf_i4(address, length, s[4]), _leaf_i8(address, length, s[5])
        history.count_rows(m, f, o, a, off[s[3]], n, rows, _leaf_i4(address, length, s[7]), gone, off[s[6]])
    elif op == _DISTINCT_ROWS:
        rows, gone = _leaf_i4(address, length, s[4]), _leaf_i8(address, length, s[5])
        previous, values = _leaf_i4(address, length, s[7]), _leaf_i4(address, length, s[8])
        history.distinct_rows(m, f, o, a, off[s[3]], n, rows, previous, values, gone, off[s[6]])


@njit(nogil=True)
def _totalled(
    s: Int32, m: Int64, f: Float64, o: int, off: Int64, size: Int64, address: Int64, length: Int64, extra: Int32
) -> None:
    """Sums over ranges of rows."""
    a, n = off[s[2]], size[s[2]]
    rows, gone = _leaf_i4(address, length, s[4]), _leaf_i8(address, length, s[5])
    starts, replaced = _leaf_i4(address, length, s[8]), _leaf_i4(address, length, s[7])
    values = _leaf_f8(address, length, s[11])
    if extra[s[10]] == _F4:
        counts = _leaf_f4(address, length, extra[s[10] + 1])
        history.total_rows(m, f, o, a, off[s[3]], n, starts, off[s[9]], counts, rows, replaced, gone, off[s[6]], values)
    else:
        totals = _leaf_f8(address, length, extra[s[10] + 1])
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
                many = np.int64(1)
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
                if _from_leaf(op, m, f, o, a, n, address, length, s[3]) < 0:
                    return OUTSIDE
                off[made], size[made] = o, n
                top = o + n
            elif op == _NARROW:
                if o + 2 * n > room:
                    return FULL_MEMORY
                starts, rows = _leaf_i4(address, length, s[4]), _leaf_i4(address, length, s[5])
                ends = _leaf_i4(address, length, s[8])
                after = off[s[6]] if s[6] >= 0 else -1
                history.narrow(m, o, o + n, n, starts, ends, rows, a, after, off[s[7]])
                off[made], size[made] = o, n
                off[s[3]], size[s[3]] = o + n, n
                top = o + 2 * n
            elif op == _EXPAND:
                most = history.how_many(m, a, off[s[4]], n)
                if o + 2 * most > room:
                    return FULL_MEMORY
                rows, gone = _leaf_i4(address, length, s[5]), _leaf_i8(address, length, s[6])
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
                    slots, rows = _leaf_i4(address, length, s[3]), _leaf_i4(address, length, s[4])
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
                found = _arranged(s, m, f, o, off, size, address, length, extra)
                if found < 0:
                    return found
                off[made], size[made] = o, found
                top = o + found
        return top

    return run  # type: ignore[no-any-return]


run = _compiled(_sources())
