"""The numpy functions that work value by value, or make arrays, over stand-ins; see `_words`."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.recorded._codes import CODE
from features.recorded._leaves import Derived, Leaf, Pair
from features.recorded._recorder import CannotRecordError, Recorder
from features.recorded._values import Stand, Traced, as_kind, constant, kind_of, length

_F, _I, _B = "f", "i", "b"
_STEPS = {
    "add": {_F: "ADD_F", _I: "ADD_I", _B: "OR"}, "subtract": {_F: "SUB_F", _I: "SUB_I"},
    "multiply": {_F: "MUL_F", _I: "MUL_I", _B: "AND"}, "divide": {_F: "DIV_F"},
    "floor_divide": {_I: "FLOORDIV_I"}, "remainder": {_I: "MOD_I"},
    "maximum": {_F: "MAX_F", _I: "MAX_I", _B: "OR"}, "minimum": {_F: "MIN_F", _I: "MIN_I", _B: "AND"},
    "fmax": {_F: "FMAX", _I: "MAX_I"}, "fmin": {_F: "FMIN", _I: "MIN_I"},
    "bitwise_and": {_B: "AND"}, "bitwise_or": {_B: "OR"}, "bitwise_xor": {_B: "XOR"},
    "logical_and": {_B: "AND"}, "logical_or": {_B: "OR"},
    "negative": {_F: "NEG_F", _I: "NEG_I"}, "absolute": {_F: "ABS_F", _I: "ABS_I"},
    "floor": {_F: "FLOOR"}, "ceil": {_F: "CEIL"}, "rint": {_F: "RINT"}, "sqrt": {_F: "SQRT"},
    "invert": {_B: "NOT"}, "logical_not": {_B: "NOT"},
}  # fmt: skip
_COMPARE = {
    "less": ("LT", False), "less_equal": ("LE", False), "greater": ("LT", True), "greater_equal": ("LE", True),
    "equal": ("EQ", False), "not_equal": ("NE", False),
}  # fmt: skip
_TESTS = {"isnan": "ISNAN", "isinf": "ISINF", "isfinite": "ISFINITE"}


def recorder_of(*values: Any) -> Recorder | None:
    """The recorder of the first stand-in, None where there is none."""
    for value in values:
        if isinstance(value, Stand):
            found: Recorder = value.recorder  # type: ignore[attr-defined]
            return found
    return None


def example_of(value: Any) -> Any:
    """The example a stand-in had when recorded; anything else as it is."""
    return value.value if isinstance(value, Traced) else value


def operand(recorder: Recorder, value: Any, kind: str) -> tuple[int, bool]:
    """The number of a value in a kind, and whether it is single."""
    if isinstance(value, Traced):
        return as_kind(value, kind), value.single
    if isinstance(value, np.ndarray) and value.ndim:  # A single value may come as an array without dimension.
        raise CannotRecordError("an array of which nothing is known but its values")
    return constant(recorder, value, kind), True


def _step(recorder: Recorder, name: str, operands: list[tuple[int, bool]], example: Any) -> Traced:
    single = sum(1 << k for k, (_, alone) in enumerate(operands) if alone)
    single |= 7 & ~((1 << len(operands)) - 1)
    places = {2 + k: reg for k, (reg, _) in enumerate(operands)}
    reg = recorder.emit(CODE[name], {**places, 5: single}, tuple(reg for reg, _ in operands))[0]
    return Traced(recorder, reg, example)


def ufunc(function: np.ufunc, *inputs: Any) -> Any:
    """A numpy function applied value by value."""
    recorder = recorder_of(*inputs)
    if recorder is None:
        return function(*inputs)
    if any(isinstance(v, Leaf) for v in inputs):
        return _over_leaf(function, inputs)
    name = function.__name__
    examples = [example_of(v) for v in inputs]
    with np.errstate(all="ignore"):
        example = function(*examples)
    if name in _COMPARE:
        word, swapped = _COMPARE[name]
        kinds = [kind_of(np.asarray(v).dtype) for v in examples]
        kind = _F if _F in kinds else _I
        operands = [operand(recorder, v, kind) for v in inputs]
        return _step(recorder, f"{word}_{'F' if kind == _F else 'I'}", operands[::-1] if swapped else operands, example)
    if name in _TESTS:
        return _step(recorder, _TESTS[name], [operand(recorder, inputs[0], _F)], example)
    kind = kind_of(example.dtype)
    step = _STEPS.get(name, {}).get(kind)
    if step is None or example.dtype == np.float32:
        raise CannotRecordError(f"numpy.{name} giving {example.dtype}")
    return _step(recorder, step, [operand(recorder, v, kind) for v in inputs], example)


def _over_leaf(function: np.ufunc, inputs: tuple[Any, ...]) -> Any:
    """A function of ledger arrays, and single plain numbers, put off until values are taken."""
    leaves = [v for v in inputs if isinstance(v, Leaf)]
    if any(isinstance(v, Traced) for v in inputs) or any(isinstance(v, np.ndarray) and v.ndim for v in inputs):
        raise CannotRecordError(f"numpy.{function.__name__} of a ledger's array and something else")
    key = (function.__name__, tuple(None if isinstance(v, Leaf) else repr(v) for v in inputs))
    if len(leaves) == 1:
        return Derived(leaves[0], lambda x: ufunc(function, *(x if isinstance(v, Leaf) else v for v in inputs)), key)
    return Pair(leaves[0], leaves[1], lambda x, y: ufunc(function, x, y), key)


def where(condition: Any, *choices: Any) -> Any:
    """`numpy.where` with one or three arguments."""
    if recorder_of(condition, *choices) is None:
        return np.where(condition, *choices)
    if not choices:
        raise CannotRecordError("numpy.where with one argument: numpy.flatnonzero is meant")
    values = (condition, *choices)
    leaves = [v for v in values if isinstance(v, Leaf)]
    if leaves:
        if any(isinstance(v, Traced) for v in values) or len({id(v) for v in leaves}) > 2:
            raise CannotRecordError("numpy.where of a ledger's array and something else")
        key = ("where", tuple(v.key if isinstance(v, Leaf) else repr(v) for v in values))
        if len(leaves) == 1 or all(v is leaves[0] for v in leaves):
            return Derived(leaves[0], lambda x: where(*(x if isinstance(v, Leaf) else v for v in values)), key)
        first = leaves[0]
        return Pair(
            first,
            next(v for v in leaves if v is not first),
            lambda x, y: where(*((x if v is first else y) if isinstance(v, Leaf) else v for v in values)),
            key,
        )
    recorder = recorder_of(*values)
    if recorder is None:
        raise CannotRecordError("nothing to record")
    example = np.where(*(example_of(v) for v in values))
    kind = kind_of(example.dtype)
    operands = [operand(recorder, condition, _B), *(operand(recorder, v, kind) for v in choices)]
    return _step(recorder, "SELECT", operands, example)


def asarray(values: Any, dtype: Any = None, **_: Any) -> Any:
    """The values themselves, in another kind where one is asked for."""
    if not isinstance(values, Stand):
        if isinstance(values, list | tuple) and recorder_of(*values) is not None:
            return _stacked(values)
        return np.asarray(values, dtype=dtype)
    if dtype is None or np.dtype(dtype) == values.dtype:  # type: ignore[attr-defined]
        return values
    return values.astype(dtype)  # type: ignore[attr-defined]


def _stacked(values: Any) -> Any:
    raise CannotRecordError("an array of several values")


def array(values: Any, dtype: Any = None, **_: Any) -> Any:
    """A copy."""
    found = asarray(values, dtype)
    return found.copy() if isinstance(found, Traced) else found


def full(shape: Any, fill: Any, dtype: Any = None) -> Any:
    """One value as often as `shape` says."""
    number = shape[0] if isinstance(shape, tuple) and len(shape) == 1 else shape
    recorder = recorder_of(number, fill)
    if recorder is None:
        return np.full(shape, fill, dtype=dtype)
    if not isinstance(number, Traced):
        raise CannotRecordError("a fixed number of values")
    example = np.full(int(number.value), example_of(fill), dtype=dtype)
    reg = operand(recorder, fill, kind_of(example.dtype))[0]
    return Traced(recorder, recorder.emit(CODE["FULL"], {2: reg, 3: number.reg}, (reg, number.reg))[0], example)


def zeros(shape: Any, dtype: Any = np.float64) -> Any:
    """Zeros."""
    return full(shape, np.dtype(dtype).type(0), dtype)


def ones(shape: Any, dtype: Any = np.float64) -> Any:
    """Ones."""
    return full(shape, np.dtype(dtype).type(1), dtype)


def zeros_like(values: Any, dtype: Any = None) -> Any:
    """Zeros as many as values."""
    if not isinstance(values, Traced):
        return np.zeros_like(values, dtype=dtype)
    return zeros(length(values), dtype or values.dtype)


def arange(*bounds: Any, dtype: Any = None) -> Any:
    """Whole numbers from 0."""
    recorder = recorder_of(*bounds)
    if recorder is None:
        return np.arange(*bounds, dtype=dtype)
    if len(bounds) != 1:
        raise CannotRecordError("numpy.arange with a start")
    number = bounds[0]
    reg = recorder.emit(CODE["ARANGE"], {2: number.reg}, (number.reg,))[0]
    return Traced(recorder, reg, np.arange(int(number.value), dtype=dtype))
