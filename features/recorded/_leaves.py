"""Stand-ins for arrays of the ledger: what is recorded is taking values out of them, never work on all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.asof.growing import Growing
from features.recorded._codes import CODE
from features.recorded._homes import Home
from features.recorded._recorder import CannotRecordError, Recorder
from features.recorded._values import LeafLength, Stand, Traced, kind_of


class Leaf(Stand):
    """An array of the ledger. Nothing is done with all of it: taking values at places is what is recorded."""

    def __init__(
        self,
        recorder: Recorder,
        key: Any,
        resolve: Callable[[], NDArray[Any]],
        of: str | None = None,
        home: Home | None = None,
        grown: Callable[[], Growing | bool | None] | None = None,
    ) -> None:
        """`of`, `home` and `grown` as in `LeafSource`."""
        self.recorder = recorder
        self.key = key
        self.resolve = resolve
        self.of, self.home, self.grown = of, home, grown

    @property
    def dtype(self) -> np.dtype[Any]:
        """Kind of the values."""
        return self.resolve().dtype

    @property
    def number(self) -> int:
        """Its number among the program's leaves."""
        return self.recorder.leaf(self.key, self.resolve, self.of, self.home, self.grown)

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return self.resolve().ndim

    @property
    def shape(self) -> tuple[Any, ...]:
        """Number of values, as a tuple."""
        return (self.length(),)

    @property
    def size(self) -> LeafLength:
        """Number of values."""
        return self.length()

    def length(self) -> LeafLength:
        """Number of values, as the program will find it."""
        reg = self.recorder.emit(CODE["LEAF_SIZE"], {3: self.number}, ())[0]
        return LeafLength(self.recorder, reg, np.int64(len(self.resolve())), lambda: len(self.resolve()))

    def view(self, dtype: Any) -> Leaf:
        """The same bytes in another kind: for calls, which take the array whole."""
        kind = np.dtype(dtype)
        return Leaf(
            self.recorder, (*_key(self), "view", kind.str), lambda: self.resolve().view(kind), self.of, self.home
        )

    def reshape(self, *shape: int) -> Leaf:
        """The same values in another shape: for calls, which take the array whole."""
        key = (*_key(self), "reshape", shape)
        return Leaf(self.recorder, key, lambda: self.resolve().reshape(*shape), self.of, self.home)

    def astype(self, dtype: Any, copy: bool = True) -> Leaf:
        """The values in another kind."""
        kind = np.dtype(dtype)
        return self if kind == self.dtype else Derived(self, lambda v: v.astype(kind), ("astype", kind.str))

    def take(self, places: Traced) -> Traced:
        """Values at places."""
        array = self.resolve()
        names = {"i4": "LEAF_I4", "i8": "LEAF_I8", "f8": "LEAF_F8", "f4": "LEAF_F4", "b1": "LEAF_I1", "i1": "LEAF_I1"}
        name = names.get(array.dtype.str[1:])
        if name is None or array.ndim != 1 or kind_of(places.dtype) != "i":
            raise CannotRecordError(f"values of {array.dtype} at places of {places.dtype}")
        reg = self.recorder.emit(CODE[name], {2: places.reg, 3: self.number}, (places.reg,))[0]
        return Traced(self.recorder, reg, array[places.value])

    def __getitem__(self, key: Any) -> Any:
        from features.recorded import _places as places

        return places.from_leaf(self, key)


class Derived(Leaf):
    """An array of the ledger with something done to each value: done after taking, to those taken."""

    def __init__(self, base: Leaf, work: Callable[[Any], Any], key: Any) -> None:
        super().__init__(base.recorder, (*_key(base), key), lambda: work(base.resolve()), base.of, base.home)
        self.base = base
        self.work = work

    @property
    def dtype(self) -> np.dtype[Any]:
        """Kind of the values."""
        found: np.dtype[Any] = self.work(self.base.resolve()[:0]).dtype
        return found

    def length(self) -> LeafLength:
        """Number of values, as the program will find it."""
        return self.base.length()

    def take(self, places: Traced) -> Traced:
        """Values at places."""
        found: Traced = self.work(self.base.take(places))
        return found


class Pair(Leaf):
    """Two arrays of the ledger of one length, value by value."""

    def __init__(self, first: Leaf, second: Leaf, work: Callable[[Any, Any], Any], key: Any) -> None:
        key = (key, _key(first), _key(second))
        super().__init__(first.recorder, key, lambda: work(first.resolve(), second.resolve()))
        self.first, self.second, self.work = first, second, work

    def length(self) -> LeafLength:
        """Number of values, as the program will find it."""
        return self.first.length()

    def take(self, places: Traced) -> Traced:
        """Values at places."""
        found: Traced = self.work(self.first.take(places), self.second.take(places))
        return found


def _key(leaf: Leaf) -> tuple[Any, ...]:
    return leaf.key if isinstance(leaf.key, tuple) else (leaf.key,)
