"""The numpy functions features use, over stand-ins. Given plain arrays only, they are numpy's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from features.recorded._codes import CODE
from features.recorded._leaves import Derived, Leaf
from features.recorded._plain_words import (
    arange,
    array,
    asarray,
    example_of,
    full,
    ones,
    operand,
    recorder_of,
    ufunc,
    where,
    zeros,
    zeros_like,
)
from features.recorded._recorder import CannotRecordError
from features.recorded._values import LeafLength, Length, Stand, Traced, as_kind, cast, constant, kind_of, length

__all__ = ["WORDS", "NumpyWords", "arange", "argsort", "asarray", "clip", "cumsum", "full", "repeat", "ufunc", "where"]

_F, _I, _B = "f", "i", "b"


def concatenate(parts: Any, axis: int = 0) -> Any:
    """Arrays one after another."""
    parts = list(parts)
    recorder = recorder_of(*parts)
    if recorder is None:
        return np.concatenate(parts, axis=axis)
    if any(isinstance(p, Leaf) for p in parts):
        raise CannotRecordError("numpy.concatenate of a ledger's array")
    if any(not isinstance(p, Traced) and len(p) for p in parts):
        raise CannotRecordError("numpy.concatenate of an array of which nothing is known but its values")
    example = np.concatenate([example_of(p) for p in parts])
    kind = kind_of(example.dtype)
    regs = tuple(as_kind(p, kind) for p in parts if isinstance(p, Traced))
    return Traced(recorder, recorder.emit(CODE["CONCAT"], {4: len(regs)}, regs, extra=regs, extra_at=3)[0], example)


def append(values: Any, more: Any) -> Any:
    """A value behind an array."""
    if isinstance(values, Leaf):
        return Appended(values, more)
    if isinstance(values, Traced):
        return concatenate([values, full(Length(values.recorder, constant(values.recorder, 1, _I), np.int64(1)), more)])
    return np.append(values, more)


class Appended(Leaf):
    """An array of the ledger with one more value, which place -1 means."""

    def __init__(self, base: Leaf, last: Any) -> None:
        super().__init__(base.recorder, (base.key, "append", last), lambda: np.append(base.resolve(), last))
        self.base, self.last = base, last

    @property
    def dtype(self) -> np.dtype[Any]:
        """Kind of the values."""
        return np.append(self.base.resolve()[:0], self.last).dtype

    def length(self) -> LeafLength:
        """Number of values."""
        found = self.base.length() + 1
        return LeafLength(self.recorder, found.reg, found.value, lambda: 1)

    def take(self, places: Traced) -> Traced:
        """Values at places from -1 on; the base must hold the others."""
        if kind_of(self.base.dtype) != kind_of(np.asarray(self.last).dtype):
            raise CannotRecordError("numpy.append of another kind")
        some = Traced(self.recorder, places.reg, np.where(places.value < 0, -1, places.value))
        last = self.base.length() - 1
        inside = ufunc(np.minimum, ufunc(np.maximum, some, 0), ufunc(np.maximum, last, 0))
        found: Traced = where(ufunc(np.less, some, 0), self.last, self.base.take(inside))
        return found


def flatnonzero(mask: Any) -> Any:
    """Places where a mask is true."""
    if not isinstance(mask, Traced):
        return np.flatnonzero(mask)
    reg = mask.recorder.emit(CODE["WHERE_TRUE"], {2: as_kind(mask, _B)}, (mask.reg,))[0]
    return Traced(mask.recorder, reg, np.flatnonzero(mask.value))


def repeat(values: Any, counts: Any) -> Any:
    """Each value as often as its count."""
    recorder = recorder_of(values, counts)
    if recorder is None:
        return np.repeat(values, counts)
    if not isinstance(values, Traced):
        raise CannotRecordError("numpy.repeat of plain values")
    reg, single = operand(recorder, counts, _I)
    example = np.repeat(values.value, example_of(counts))
    places = {2: values.reg, 3: reg, 4: 0 if single else 1}
    return Traced(recorder, recorder.emit(CODE["REPEAT"], places, (values.reg, reg))[0], example)


def cumsum(values: Any) -> Any:
    """Running sums."""
    if not isinstance(values, Traced):
        return np.cumsum(values)
    example = np.cumsum(values.value)
    kind = kind_of(example.dtype)
    reg = as_kind(values, kind)
    name = "CUMSUM_F" if kind == _F else "CUMSUM_I"
    return Traced(values.recorder, values.recorder.emit(CODE[name], {2: reg}, (reg,))[0], example)


def lexsort(keys: Any) -> Any:
    """The order by several keys, the last of them first; equals keep their order."""
    keys = tuple(keys)
    recorder = recorder_of(*keys)
    if recorder is None:
        return np.lexsort(keys)
    if not all(isinstance(k, Traced) for k in keys):
        raise CannotRecordError("numpy.lexsort of plain keys")
    order = arange(length(keys[0]))
    reg = order.reg
    for key in keys:
        floats = kind_of(key.dtype) == _F
        reg = recorder.emit(CODE["SORT_F" if floats else "SORT_I"], {2: reg, 3: key.reg}, (reg, key.reg))[0]
    return Traced(recorder, reg, np.lexsort([k.value for k in keys]))


def argsort(values: Any, kind: str | None = None, **_: Any) -> Any:
    """The order by one key; equals keep their order."""
    if not isinstance(values, Traced):
        return np.argsort(values, kind=kind)  # type: ignore[arg-type]
    if kind != "stable":
        raise CannotRecordError("an order that leaves equals open")
    return lexsort((values,))


def isin(values: Any, others: Any) -> Any:
    """Whether each value is among others."""
    recorder = recorder_of(values, others)
    if recorder is None:
        return np.isin(values, others)
    if isinstance(values, Leaf):
        return Derived(values, lambda x: isin(x, others), ("isin", repr(others)))
    if not isinstance(values, Traced) or isinstance(others, Leaf):
        raise CannotRecordError("numpy.isin of plain values")
    if isinstance(others, Traced):
        if _F in (kind_of(values.dtype), kind_of(others.dtype)):
            raise CannotRecordError("numpy.isin of floats")
        example = np.isin(values.value, others.value)
        places = {2: values.reg, 3: others.reg}
        return Traced(recorder, recorder.emit(CODE["IS_IN"], places, (values.reg, others.reg))[0], example)
    found = None
    for other in np.asarray(list(others)).tolist():
        same = ufunc(np.equal, values, other)
        found = same if found is None else found | same
    return ufunc(np.not_equal, values, values) if found is None else found


def searchsorted(values: Any, wanted: Any, side: str = "left") -> Any:
    """Where values would be put among the sorted ones of a ledger's array."""
    if recorder_of(values, wanted) is None:
        return np.searchsorted(values, wanted, side=side)  # type: ignore[call-overload]
    if not isinstance(values, Leaf) or not isinstance(wanted, Traced) or wanted.single:
        raise CannotRecordError("numpy.searchsorted among values")
    kinds = {"i8": (_I, "SEARCH_I8"), "f8": (_F, "SEARCH_F8")}
    kind, name = kinds.get(values.dtype.str[1:], ("", ""))
    if not kind or kind_of(wanted.dtype) != kind:
        raise CannotRecordError(f"numpy.searchsorted of {wanted.dtype} among {values.dtype}")
    places = {2: wanted.reg, 3: values.number, 4: 1 if side == "right" else 0}
    example = np.searchsorted(values.resolve(), wanted.value, side=side)  # type: ignore[call-overload]
    return Traced(wanted.recorder, wanted.recorder.emit(CODE[name], places, (wanted.reg,))[0], example)


def bincount(values: Any, weights: Any = None, minlength: Any = 0) -> Any:
    """How often each whole number occurs."""
    recorder = recorder_of(values, weights, minlength)
    if recorder is None:
        return np.bincount(values, weights, minlength)
    if weights is not None:
        from features.recorded._view import reduced

        if not isinstance(minlength, Traced):
            raise CannotRecordError("numpy.bincount of weights without a number of queries")
        example = np.bincount(values.value, example_of(weights), int(minlength.value))
        return reduced("Q_TOTAL", values, weights, minlength, example)
    reg = operand(recorder, minlength, _I)[0]
    example = np.bincount(values.value, minlength=int(example_of(minlength)))
    return Traced(recorder, recorder.emit(CODE["TALLY"], {2: values.reg, 3: reg}, (values.reg, reg))[0], example)


def unique(values: Any, **options: Any) -> Any:
    """The different whole numbers, ascending."""
    if not isinstance(values, Traced):
        return np.unique(values, **options)
    if options or kind_of(values.dtype) != _I:
        raise CannotRecordError(f"numpy.unique with {sorted(options)}")
    reg = values.recorder.emit(CODE["UNIQUE"], {2: values.reg}, (values.reg,))[0]
    return Traced(values.recorder, reg, np.unique(values.value))


def nan_to_num(values: Any, nan: float = 0.0, **options: Any) -> Any:
    """NaN as a number; features have no infinities where they ask this of values."""
    if not isinstance(values, Stand):
        return np.nan_to_num(values, nan=nan, **options)
    if isinstance(values, Leaf):
        return Derived(values, lambda x: nan_to_num(x, nan=nan), ("nan_to_num", nan))
    if options or kind_of(values.dtype) != _F:  # type: ignore[attr-defined]
        raise CannotRecordError("numpy.nan_to_num of whole numbers or infinities")
    big = np.finfo(np.float64).max
    found = where(ufunc(np.isnan, values), float(nan), values)
    return where(ufunc(np.equal, found, np.inf), big, where(ufunc(np.equal, found, -np.inf), -big, found))


def diff(values: Any) -> Any:
    """Each value less the one before."""
    return np.diff(values) if not isinstance(values, Stand) else values[1:] - values[:-1]  # type: ignore[index]


def round_(values: Any, decimals: int = 0) -> Any:
    """Rounded to whole numbers, halves to even."""
    if not isinstance(values, Stand):
        return np.round(values, decimals)
    if decimals:
        raise CannotRecordError("numpy.round to decimals")
    return ufunc(np.rint, values)


def clip(values: Any, low: Any, high: Any) -> Any:
    """Values within bounds."""
    if recorder_of(values, low, high) is None:
        return np.clip(values, low, high)
    return ufunc(np.minimum, ufunc(np.maximum, values, low), high)


def at(function: np.ufunc, target: Any, places: Any, values: Any) -> None:
    """`numpy.minimum.at` and `numpy.maximum.at`, in place."""
    recorder = recorder_of(target, places, values)
    if recorder is None:
        function.at(target, places, values)
        return
    if function.__name__ not in ("minimum", "maximum") or not isinstance(target, Traced):
        raise CannotRecordError(f"numpy.{function.__name__}.at")
    if kind_of(target.dtype) != _F:
        raise CannotRecordError(f"numpy.{function.__name__}.at of whole numbers")
    example = target.value.copy()
    function.at(example, places.value, example_of(values))
    reg, single = operand(recorder, values, _F)
    fields = {2: target.reg, 3: places.reg, 4: reg, 5: 0 if single else 1}
    name = "MIN_AT" if function.__name__ == "minimum" else "MAX_AT"
    target.reg = recorder.emit(CODE[name], fields, (target.reg, places.reg, reg))[0]
    target.value = example


def array_equal(one: Any, other: Any) -> Any:
    """Whether two arrays are alike: told only where they are the same values of the program."""
    if recorder_of(one, other) is None:
        return np.array_equal(one, other)
    if isinstance(one, Traced) and isinstance(other, Traced) and one.reg == other.reg:
        return True
    raise CannotRecordError("numpy.array_equal of different values")


def empty(shape: Any, dtype: Any = np.float64) -> Any:
    """Values to be written; zeros here."""
    return zeros(shape, dtype) if recorder_of(shape) is not None else np.empty(shape, dtype)


def any_(values: Any) -> Any:
    """Whether one is true."""
    return values.any() if isinstance(values, Traced) else np.any(values)


def all_(values: Any) -> Any:
    """Whether all are true."""
    return values.all() if isinstance(values, Traced) else np.all(values)


class _UfuncWord:
    """A numpy function value by value, with its `at`."""

    def __init__(self, function: np.ufunc) -> None:
        self.function = function
        self.__name__ = function.__name__

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        if recorder_of(*inputs) is None:
            return self.function(*inputs, **options)
        if options:
            raise CannotRecordError(f"numpy.{self.__name__} with {sorted(options)}")
        return ufunc(self.function, *inputs)

    def at(self, target: Any, places: Any, values: Any) -> None:
        """Apply at places, in place."""
        at(self.function, target, places, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.function, name)


class _TypeWord:
    """A numpy type: a kind of values, and a conversion of single ones."""

    def __init__(self, made: type[np.generic]) -> None:
        self.made = made
        self.dtype = np.dtype(made)
        self.__name__ = made.__name__

    def __call__(self, value: Any = 0) -> Any:
        return cast(value, self.dtype) if isinstance(value, Traced) else self.made(value)

    def __eq__(self, other: object) -> bool:
        return other is self or other == self.made

    def __hash__(self) -> int:
        return hash(self.made)


WORDS: dict[str, Callable[..., Any]] = {
    "where": where, "asarray": asarray, "array": array, "full": full, "zeros": zeros, "ones": ones,
    "zeros_like": zeros_like, "arange": arange, "concatenate": concatenate, "append": append,
    "flatnonzero": flatnonzero, "repeat": repeat, "cumsum": cumsum, "lexsort": lexsort, "argsort": argsort,
    "isin": isin, "searchsorted": searchsorted, "bincount": bincount, "unique": unique, "nan_to_num": nan_to_num,
    "diff": diff, "round": round_, "clip": clip, "array_equal": array_equal, "empty": empty,
    "ascontiguousarray": asarray, "any": any_, "all": all_,
}  # fmt: skip


class NumpyWords:
    """What stands for the module `numpy` in a recorded feature."""

    def __init__(self) -> None:
        for name in ("bool_", "int8", "int32", "int64", "uint8", "float32", "float64"):
            setattr(self, name, _TypeWord(getattr(np, name)))

    def __getattr__(self, name: str) -> Any:
        found: Any = WORDS.get(name)
        if found is None:
            found = getattr(np, name)
            if isinstance(found, np.ufunc):
                found = _UfuncWord(found)
        setattr(self, name, found)
        return found
