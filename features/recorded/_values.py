"""Stand-ins for arrays while a program is recorded: each carries an example, and remembers the step that makes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.recorded._codes import CODE
from features.recorded._recorder import CannotRecordError, Recorder

KINDS = {"f": "f", "i": "i", "u": "i", "b": "b"}


def kind_of(dtype: np.dtype[Any]) -> str:
    """`f` float64, `i` whole numbers, `b` conditions. Raises CannotRecordError for anything else."""
    if dtype.kind not in KINDS or dtype == np.float16:
        raise CannotRecordError(f"values of {dtype}")
    return KINDS[dtype.kind]


class Stand:
    """What arrays of values and arrays of the ledger share: operators, each recorded as the numpy function it is."""

    __array_priority__ = 1000
    __hash__ = object.__hash__

    if TYPE_CHECKING:
        # Operators are put in below, by the names of the numpy functions they are.
        def __add__(self, other: Any) -> Any: ...
        def __sub__(self, other: Any) -> Any: ...
        def __mul__(self, other: Any) -> Any: ...
        def __truediv__(self, other: Any) -> Any: ...
        def __and__(self, other: Any) -> Any: ...
        def __or__(self, other: Any) -> Any: ...
        def __lt__(self, other: Any) -> Any: ...
        def __le__(self, other: Any) -> Any: ...
        def __gt__(self, other: Any) -> Any: ...
        def __ge__(self, other: Any) -> Any: ...
        def __eq__(self, other: object) -> Any: ...
        def __ne__(self, other: object) -> Any: ...
        def __invert__(self) -> Any: ...

    def __array__(self, *_: object, **__: object) -> NDArray[Any]:
        raise CannotRecordError("an array is needed where the values are not known yet")

    def __array_ufunc__(self, function: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        from features.recorded._plain_words import ufunc

        if method == "at":
            from features.recorded._words import at

            return at(function, *inputs)
        if method != "__call__" or (set(options) - {"dtype"}):
            raise CannotRecordError(f"{function.__name__}.{method} {sorted(options)}")
        return ufunc(function, *inputs)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        from features.recorded import _words as words

        found = words.WORDS.get(function.__name__)
        if found is None:
            raise CannotRecordError(f"numpy.{function.__name__}")
        return found(*args, **kwargs)

    def __bool__(self) -> bool:
        raise CannotRecordError("a decision by a value")

    def __len__(self) -> int:
        raise CannotRecordError("a length as a plain number")

    def __iter__(self) -> Any:
        raise CannotRecordError("a loop over values")

    def __int__(self) -> int:
        raise CannotRecordError("a value as a plain number")

    __index__ = __float__ = __int__


def _binary(name: str) -> tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]:
    function = getattr(np, name)

    def forward(self: Any, other: Any) -> Any:
        from features.recorded._plain_words import ufunc

        return ufunc(function, self, other)

    def backward(self: Any, other: Any) -> Any:
        from features.recorded._plain_words import ufunc

        return ufunc(function, other, self)

    return forward, backward


def _unary(name: str) -> Callable[[Any], Any]:
    function = getattr(np, name)

    def applied(self: Any) -> Any:
        from features.recorded._plain_words import ufunc

        return ufunc(function, self)

    return applied


for _sign, _name in {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "true_divide", "floordiv": "floor_divide",
    "mod": "remainder", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "left_shift",
}.items():  # fmt: skip
    _forward, _backward = _binary(_name)
    setattr(Stand, f"__{_sign}__", _forward)
    setattr(Stand, f"__r{_sign}__", _backward)
for _sign, _name in {
    "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal"
}.items():  # fmt: skip
    setattr(Stand, f"__{_sign}__", _binary(_name)[0])
for _sign, _name in {"neg": "negative", "invert": "invert", "abs": "absolute"}.items():
    setattr(Stand, f"__{_sign}__", _unary(_name))


class Traced(Stand):
    """Values of the program: number `reg`, with the example they had when recorded (an array, or a numpy scalar)."""

    def __init__(self, recorder: Recorder, reg: int, value: Any) -> None:
        self.recorder = recorder
        self.reg = reg
        self.value = value

    @property
    def dtype(self) -> np.dtype[Any]:
        """Kind of the values."""
        found: np.dtype[Any] = self.value.dtype
        return found

    @property
    def ndim(self) -> int:
        """0 for a single value, 1 for an array."""
        return int(self.value.ndim)

    @property
    def single(self) -> bool:
        """Whether it is a single value rather than an array."""
        return self.ndim == 0

    @property
    def size(self) -> Traced:
        """Number of values."""
        return self.shape[0]

    @property
    def shape(self) -> tuple[Traced, ...]:
        """Number of values, as a tuple."""
        return () if self.single else (length(self),)

    def astype(self, dtype: Any, copy: bool = True) -> Traced:
        """The values in another kind, as numpy converts them."""
        return cast(self, np.dtype(dtype))

    def copy(self) -> Traced:
        """The same values; writing into one does not change the other."""
        return Traced(self.recorder, self.reg, self.value.copy())

    def any(self) -> Traced:
        """Whether one of the conditions is true."""
        return Shortcut(self.recorder, one(self, "ANY"), self.value.any(), True)

    def all(self) -> Traced:
        """Whether all of the conditions are true."""
        return Shortcut(self.recorder, one(self, "ALL"), self.value.all(), False)

    def sum(self) -> Traced:
        """The sum of whole numbers or conditions."""
        if kind_of(self.dtype) == "f":
            raise CannotRecordError("a sum of floats")
        return Traced(self.recorder, one(self, "SUM_I"), self.value.sum())

    def __getitem__(self, key: Any) -> Any:
        from features.recorded import _places as places

        return places.get(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        from features.recorded import _places as places

        places.put(self, key, value)

    def __iand__(self, other: Any) -> Traced:
        return self._become(self & other)

    def __ior__(self, other: Any) -> Traced:
        return self._become(self | other)

    def __iadd__(self, other: Any) -> Traced:
        return self._become(self + other)

    def __isub__(self, other: Any) -> Traced:
        return self._become(self - other)

    def __imul__(self, other: Any) -> Traced:
        return self._become(self * other)

    def _become(self, other: Traced) -> Traced:
        """Whoever holds this array sees the new values, as with an array changed in place."""
        self.reg, self.value = cast(other, self.dtype).reg, other.value.astype(self.dtype)
        return self


class Shortcut(Traced):
    """A condition features ask to save work: recorded programs always go the general way, which gives the same."""

    def __init__(self, recorder: Recorder, reg: int, value: Any, general: bool) -> None:
        super().__init__(recorder, reg, value)
        self.general = general

    def __bool__(self) -> bool:
        return self.general

    def __invert__(self) -> Shortcut:
        found = super().__invert__()
        return Shortcut(found.recorder, found.reg, found.value, not self.general)


class Length(Traced):
    """A number of values. Asked whether it is 0, it says no: what is done with nothing gives nothing."""

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> Any:
        return False if isinstance(other, int) and other == 0 else super().__eq__(other)

    __hash__ = object.__hash__


class LeafLength(Length):
    """A number of rows of the ledger. Whether there are any is decided now and guarded."""

    def __init__(self, recorder: Recorder, reg: int, value: Any, count: Callable[[], int]) -> None:
        super().__init__(recorder, reg, value)
        self.count = count

    def __bool__(self) -> bool:
        return self.recorder.guard(("some", self.reg), lambda: self.count() > 0)

    def __eq__(self, other: object) -> Any:
        if isinstance(other, int) and other == 0:
            return not bool(self)
        return Traced.__eq__(self, other)

    __hash__ = object.__hash__


def one(values: Traced, name: str) -> int:
    """A step that makes a single value of many."""
    return values.recorder.emit(CODE[name], {2: values.reg}, (values.reg,))[0]


def length(values: Traced) -> Length:
    """Number of values of an array."""
    return Length(values.recorder, one(values, "SIZE"), np.int64(len(values.value)))


def constant(recorder: Recorder, value: Any, kind: str) -> int:
    """A plain number as a value of the program."""
    if kind == "f":
        return recorder.constant(int(np.float64(value).view(np.int64)), kind)
    return recorder.constant(int(value), kind)


def cast(values: Traced, dtype: np.dtype[Any]) -> Traced:
    """The values in another kind."""
    if dtype == values.dtype:
        return Traced(values.recorder, values.reg, values.value.copy())
    with np.errstate(invalid="ignore"):
        example = values.value.astype(dtype)
    return Traced(values.recorder, as_kind(values, kind_of(dtype), dtype), example)


def as_kind(values: Traced, kind: str, dtype: np.dtype[Any] | None = None) -> int:
    """The number of the values in another kind; conditions are whole numbers already."""
    own = kind_of(values.dtype)
    if dtype is not None and dtype == np.float32 and values.dtype != np.float32:
        raise CannotRecordError("float32")
    name = {
        ("i", "f"): "I_TO_F", ("b", "f"): "I_TO_F", ("f", "b"): "F_TO_BOOL", ("i", "b"): "I_TO_BOOL",
        ("f", "i"): "F_TO_I32" if dtype == np.int32 else "F_TO_I",
    }.get((own, kind))  # fmt: skip
    if name is None:
        return values.reg
    places = {2: values.reg, 5: (1 if values.single else 0) | 6}
    return values.recorder.emit(CODE[name], places, (values.reg,))[0]
