"""Elementwise steps: each value of the result from the values at the same place, as numpy would, bit for bit."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.recorded._codes import CODE

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

_ADD_F, _SUB_F, _MUL_F, _DIV_F = CODE["ADD_F"], CODE["SUB_F"], CODE["MUL_F"], CODE["DIV_F"]
_MAX_F, _MIN_F, _FMAX, _FMIN = CODE["MAX_F"], CODE["MIN_F"], CODE["FMAX"], CODE["FMIN"]
_LT_F, _LE_F, _EQ_F, _NE_F = CODE["LT_F"], CODE["LE_F"], CODE["EQ_F"], CODE["NE_F"]
_ADD_I, _SUB_I, _MUL_I = CODE["ADD_I"], CODE["SUB_I"], CODE["MUL_I"]
_FLOORDIV_I, _MOD_I, _MAX_I, _MIN_I = CODE["FLOORDIV_I"], CODE["MOD_I"], CODE["MAX_I"], CODE["MIN_I"]
_LT_I, _LE_I, _EQ_I, _NE_I = CODE["LT_I"], CODE["LE_I"], CODE["EQ_I"], CODE["NE_I"]
_AND, _OR, _XOR, _SELECT, _NOT = CODE["AND"], CODE["OR"], CODE["XOR"], CODE["SELECT"], CODE["NOT"]
_NEG_F, _ABS_F, _FLOOR, _CEIL, _RINT = CODE["NEG_F"], CODE["ABS_F"], CODE["FLOOR"], CODE["CEIL"], CODE["RINT"]
_ISNAN, _ISINF, _ISFINITE = CODE["ISNAN"], CODE["ISINF"], CODE["ISFINITE"]
_NEG_I, _ABS_I, _I_TO_F, _F_TO_I = CODE["NEG_I"], CODE["ABS_I"], CODE["I_TO_F"], CODE["F_TO_I"]
_F_TO_I32, _F_TO_BOOL, _I_TO_BOOL = CODE["F_TO_I32"], CODE["F_TO_BOOL"], CODE["I_TO_BOOL"]
_SQRT = CODE["SQRT"]
_LEAST = np.iinfo(np.int64).min
_LEAST_32 = np.iinfo(np.int32).min


@njit(nogil=True)
def two_floats(op: int, m: Int64, f: Float64, o: int, n: int, a: int, sa: int, b: int, sb: int) -> None:
    """Steps that read two float64."""
    if op == _ADD_F:
        for i in range(n):
            f[o + i] = f[a + i * sa] + f[b + i * sb]
    elif op == _SUB_F:
        for i in range(n):
            f[o + i] = f[a + i * sa] - f[b + i * sb]
    elif op == _MUL_F:
        for i in range(n):
            f[o + i] = f[a + i * sa] * f[b + i * sb]
    elif op == _DIV_F:
        for i in range(n):
            f[o + i] = np.divide(f[a + i * sa], f[b + i * sb])
    elif op == _LT_F:
        for i in range(n):
            m[o + i] = 1 if f[a + i * sa] < f[b + i * sb] else 0
    elif op == _LE_F:
        for i in range(n):
            m[o + i] = 1 if f[a + i * sa] <= f[b + i * sb] else 0
    elif op == _EQ_F:
        for i in range(n):
            m[o + i] = 1 if f[a + i * sa] == f[b + i * sb] else 0
    elif op == _NE_F:
        for i in range(n):
            m[o + i] = 1 if f[a + i * sa] != f[b + i * sb] else 0
    else:
        for i in range(n):
            x, y = f[a + i * sa], f[b + i * sb]
            if op == _MAX_F:
                f[o + i] = x if (x >= y or x != x) else y
            elif op == _MIN_F:
                f[o + i] = x if (x <= y or x != x) else y
            elif op == _FMAX:
                f[o + i] = x if (x >= y or y != y) else y
            else:
                f[o + i] = x if (x <= y or y != y) else y


@njit(nogil=True)
def two_wholes(op: int, m: Int64, o: int, n: int, a: int, sa: int, b: int, sb: int) -> None:
    """Steps that read two whole numbers or conditions."""
    if op == _AND:
        for i in range(n):
            m[o + i] = m[a + i * sa] & m[b + i * sb]
    elif op == _OR:
        for i in range(n):
            m[o + i] = m[a + i * sa] | m[b + i * sb]
    elif op == _XOR:
        for i in range(n):
            m[o + i] = m[a + i * sa] ^ m[b + i * sb]
    elif op == _LT_I:
        for i in range(n):
            m[o + i] = 1 if m[a + i * sa] < m[b + i * sb] else 0
    elif op == _LE_I:
        for i in range(n):
            m[o + i] = 1 if m[a + i * sa] <= m[b + i * sb] else 0
    elif op == _EQ_I:
        for i in range(n):
            m[o + i] = 1 if m[a + i * sa] == m[b + i * sb] else 0
    elif op == _NE_I:
        for i in range(n):
            m[o + i] = 1 if m[a + i * sa] != m[b + i * sb] else 0
    else:
        for i in range(n):
            x, y = m[a + i * sa], m[b + i * sb]
            if op == _ADD_I:
                m[o + i] = x + y
            elif op == _SUB_I:
                m[o + i] = x - y
            elif op == _MUL_I:
                m[o + i] = x * y
            elif op == _MAX_I:
                m[o + i] = max(x, y)
            elif op == _MIN_I:
                m[o + i] = min(x, y)
            elif y == 0:
                m[o + i] = 0  # What numpy answers for a whole number divided by zero.
            elif op == _FLOORDIV_I:
                m[o + i] = x // y
            else:
                m[o + i] = x % y


@njit(nogil=True)
def one_value(op: int, m: Int64, f: Float64, o: int, n: int, a: int, sa: int) -> None:
    """Steps that read one value."""
    for i in range(n):
        x, w = f[a + i * sa], m[a + i * sa]
        if op == _NOT:
            m[o + i] = 1 - w
        elif op == _ISNAN:
            m[o + i] = 1 if x != x else 0
        elif op == _I_TO_F:
            f[o + i] = np.float64(w)
        elif op == _F_TO_I:
            m[o + i] = np.int64(x) if abs(x) < 9.2e18 else _LEAST
        elif op == _F_TO_I32:
            m[o + i] = np.int64(x) if abs(x) < 2147483648.0 else _LEAST_32
        elif op == _F_TO_BOOL:
            m[o + i] = 1 if x != 0.0 else 0
        elif op == _I_TO_BOOL:
            m[o + i] = 1 if w != 0 else 0
        elif op == _NEG_F:
            f[o + i] = -x
        elif op == _ABS_F:
            f[o + i] = abs(x)
        elif op == _FLOOR:
            f[o + i] = np.floor(x)
        elif op == _CEIL:
            f[o + i] = np.ceil(x)
        elif op == _RINT:
            f[o + i] = np.rint(x)
        elif op == _ISINF:
            m[o + i] = 1 if (x == np.inf or x == -np.inf) else 0
        elif op == _ISFINITE:
            m[o + i] = 1 if (x == x and x != np.inf and x != -np.inf) else 0
        elif op == _NEG_I:
            m[o + i] = -w
        elif op == _ABS_I:
            m[o + i] = abs(w)
        elif op == _SQRT:
            f[o + i] = math.sqrt(x) if x >= 0.0 else np.nan


@njit(nogil=True)
def elementwise(
    op: int, m: Int64, f: Float64, o: int, n: int, a: int, sa: int, b: int, sb: int, c: int, sc: int
) -> None:
    """One elementwise step: the result at `o`, operands at `a`, `b`, `c`; a step of 0 repeats a single value."""
    if op <= _NE_F:
        two_floats(op, m, f, o, n, a, sa, b, sb)
    elif op == _SELECT:
        for i in range(n):
            m[o + i] = m[b + i * sb] if m[a + i * sa] != 0 else m[c + i * sc]
    elif op < _SELECT:
        two_wholes(op, m, o, n, a, sa, b, sb)
    else:
        one_value(op, m, f, o, n, a, sa)
