"""Feature modules loaded a second time, with stand-ins for numpy, views and compiled functions.

A feature is written once, for numpy. To record it, its module's source runs in a namespace of its own where `numpy` is
`NumpyWords`, `View` is `RecordingView` and a compiled function is a call the program makes. Nothing is changed in the
modules in use, so recording may happen while others score.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import importlib.util
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features import _calendar
from features.asof import _kernels as real_kernels
from features.asof import group_index
from features.catalogue import FOLDERS, feature_files
from features.recorded import _words as words
from features.recorded._calls import call
from features.recorded._homes import Home
from features.recorded._leaves import Leaf
from features.recorded._recorder import CannotRecordError
from features.recorded._values import Stand, Traced, length
from features.recorded._view import RecordingCells, RecordingView, narrowed, numbered, reduced

_OWN = tuple(f"features.{folder}" for folder in FOLDERS)
_ALSO = ("features._feature", "features._findings", "features.asof.pairs")


class Twins:
    """Doubles of feature modules, loaded at first use."""

    def __init__(self) -> None:
        self._modules: dict[str, types.ModuleType] = {}
        self._builtins = {**vars(builtins), "__import__": self._import, "len": recorded_len}

    def module(self, name: str) -> types.ModuleType:
        """The double of a feature module."""
        if name not in self._modules:
            spec = importlib.util.find_spec(name)
            if spec is None or spec.origin is None:
                raise ImportError(f"no source of {name}")
            made = types.ModuleType(name)
            made.__file__ = spec.origin
            made.__dict__["__builtins__"] = self._builtins
            if spec.submodule_search_locations is not None:
                made.__path__ = list(spec.submodule_search_locations)
            self._modules[name] = made
            source = Path(spec.origin).read_text(encoding="utf-8")
            # dataclasses look their module up by name; the double keeps the name, and the original has the same fields.
            exec(compile(source, spec.origin, "exec"), made.__dict__)  # noqa: S102 - the project's own source
        return self._modules[name]

    def class_of(self, made: Any) -> Any:
        """The double of a class of a feature module, or of a feature."""
        if hasattr(made, "compute"):
            return getattr(self.module(_places()[made.name]), made.name)
        if made == "Pairs":
            return self.module("features.asof.pairs").Pairs
        if isinstance(made, str):
            raise KeyError(made)
        return getattr(self.module(made.__module__), made.__name__) if _has_twin(made.__module__) else made

    def double(self, made: Any) -> Any:
        """The double of a function of a feature module. Raises CannotRecordError for one made inside another."""
        if isinstance(made, functools.partial):
            return functools.partial(self.double(made.func), *made.args, **made.keywords)
        if "<" in made.__qualname__ or not _has_twin(made.__module__):
            raise CannotRecordError(f"no double of {made.__qualname__}")
        return functools.reduce(getattr, made.__qualname__.split("."), self.module(made.__module__))

    def original(self, made: Any) -> Any:
        """What a function of a double is a double of; a function made by another one is used as it is."""
        if isinstance(made, functools.partial):
            return functools.partial(self.original(made.func), *made.args, **made.keywords)
        module = getattr(made, "__module__", None)
        name = getattr(made, "__qualname__", "<")
        if module in self._modules and "<" not in name:
            return functools.reduce(getattr, name.split("."), sys.modules[module])
        for module, twin in self._modules.items():
            for key, value in vars(twin).items():
                if value is made and module in sys.modules:
                    return getattr(sys.modules[module], key)
        return made

    def _import(self, name: str, globals_: Any = None, locals_: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        if name == "numpy":
            return _NUMPY
        if name == "numba":
            return types.SimpleNamespace(njit=self._compiled)
        if name == "features.asof":
            return types.SimpleNamespace(**{word: self._door(word) for word in fromlist})
        if name == "features.asof.view":
            return types.SimpleNamespace(View=RecordingView, Cells=RecordingCells, index_memo=index_memo)
        if name == "features.asof.group_index":
            found = {word: getattr(group_index, word) for word in fromlist}
            return types.SimpleNamespace(**{**found, "latest_row": _latest_row})
        if name == "features._calendar":
            return types.SimpleNamespace(month_of=_month_of)
        if name == "features.asof._cells":
            return types.SimpleNamespace(number_rows=_number_rows)
        if _has_twin(name):
            if not fromlist:
                raise ImportError(f"import {name}: use `from {name} import ...`")
            return self._package(name, fromlist)
        return builtins.__import__(name, globals_, locals_, fromlist, level)

    def _door(self, word: str) -> Any:
        """What stands for a name of `features.asof`."""
        stands = {"View": RecordingView, "Cells": RecordingCells, "_kernels": _KERNELS, "_reduce": _REDUCTIONS}
        if word == "Pairs":
            return self.class_of(word)
        if word in stands:
            return stands[word]
        found = importlib.import_module("features.asof")
        return getattr(found, word) if hasattr(found, word) else importlib.import_module(f"features.asof.{word}")

    def _package(self, name: str, fromlist: tuple[str, ...]) -> Any:
        """A double, or, of a folder, the doubles of the files asked for."""
        if importlib.util.find_spec(name).submodule_search_locations is None:  # type: ignore[union-attr]
            return self.module(name)
        return types.SimpleNamespace(**{part: self.module(f"{name}.{part}") for part in fromlist})

    def _compiled(self, *args: Any, **kwargs: Any) -> Any:
        """`numba.njit` of a double: the function compiled already, or a call of it."""

        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            module, name = function.__module__, function.__name__

            def called(*arguments: Any) -> Any:
                return call(getattr(sys.modules[module], name), *arguments)

            return called

        return decorate if not args else decorate(args[0])


@functools.cache
def _places() -> dict[str, str]:
    """The module of each feature."""
    return {path.stem: f"features.{path.parent.name}.{path.stem}" for path in feature_files()}


def _has_twin(name: str) -> bool:
    return name in _ALSO or any(name == own or name.startswith(f"{own}.") for own in _OWN)


def recorded_len(values: Any) -> Any:
    """`len` of stand-ins too."""
    if isinstance(values, Traced):
        return length(values)
    if isinstance(values, Leaf):
        return values.length()
    own = getattr(type(values), "recorded_length", None)
    if own is not None:
        return own(values)
    if type(values).__module__.startswith("features.") and hasattr(type(values), "__len__"):
        return type(values).__len__(values)
    return len(values)


def index_memo(index: Any, key: object, make: Callable[[], Any]) -> Any:
    """`features.asof.view.index_memo`; what is kept with an index was made before anything is recorded."""
    from features.asof.view import index_memo as real

    return real(index, key, make)


def _latest_row(table: Any, index: Any, groups: Any, at: Any) -> Any:
    """`features.asof.group_index.latest_row`."""
    if not isinstance(groups, Traced):
        return group_index.latest_row(table, index, groups, at)
    return RecordingView(table.ledger, at).newest(table, index, groups)


def _number_rows(columns: list[Any]) -> Any:
    if not any(isinstance(c, Stand) for c in columns):
        from features.asof._cells import number_rows

        return number_rows(columns)
    return numbered(columns)


def _month_of(days: Any) -> Any:
    """`features._calendar.month_of`, whose table is an array like those of the ledger."""
    if not isinstance(days, Stand):
        return _calendar.month_of(days)
    values = words.asarray(days, np.float64)
    months = Leaf(values.recorder, ("months",), lambda: _calendar.MONTHS, None, Home(""))
    inside = words.clip(values, _calendar.EARLIEST, _calendar.LATEST - 1)
    place = words.ufunc(np.floor, inside) - _calendar.EARLIEST
    last = len(_calendar.MONTHS) - 1
    return months[words.where(words.ufunc(np.isnan, values), last, place).astype(np.int64)]


class _Kernels:
    """`features.asof._kernels`: those with a step of their own, and calls of the others."""

    def narrow(self, starts: Any, ends: Any, rows: Any, keys: Any, after: Any, until: Any) -> Any:
        """Positions of each group's rows between two bounds."""
        if not isinstance(keys, Traced):
            return real_kernels.narrow(starts, ends, rows, keys, after, until)
        index = types.SimpleNamespace(starts=starts, ends=ends, rows=rows)
        return narrowed(keys.recorder, index, keys, after, until)

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: call(getattr(real_kernels, name), *arguments)


class _Reductions:
    """`features.asof._reduce`."""

    def _reduce(self, step: str, name: str, query: Any, n: Any, *given: Any, **options: Any) -> Any:
        from features.asof import _reduce as real

        example = getattr(real, name)(np.asarray(query.value, np.int32), *given[:-1], int(n.value), *given[-1])
        return reduced(step, query, options.pop("values", None), n, example, **options)

    def count(self, query: Any, n: Any) -> Any:
        """Pairs of each query."""
        return self._reduce("Q_COUNT", "count", query, n, ())

    def total(self, query: Any, values: Any, n: Any) -> Any:
        """Sum by query."""
        return self._reduce("Q_TOTAL", "total", query, n, _floats(values), (), values=values)

    def mean(self, query: Any, values: Any, n: Any) -> Any:
        """Mean by query."""
        return self._reduce("Q_MEAN", "mean", query, n, _floats(values), (), values=values)

    def largest(self, query: Any, values: Any, n: Any) -> Any:
        """Largest by query."""
        return self._reduce("Q_LARGEST", "largest", query, n, _floats(values), (), values=values)

    def smallest(self, query: Any, values: Any, n: Any) -> Any:
        """Smallest by query."""
        return self._reduce("Q_SMALLEST", "smallest", query, n, _floats(values), (), values=values)

    def quantile(self, query: Any, values: Any, n: Any, q: float) -> Any:
        """Quantile by query."""
        return self._reduce("Q_QUANTILE", "quantile", query, n, _floats(values), (q,), values=values, q=q)

    def distinct(self, query: Any, values: Any, n: Any) -> Any:
        """Different values by query."""
        return self._reduce("Q_DISTINCT", "distinct", query, n, _floats(values), (), values=values)

    def pick(self, query: Any, values: Any, n: Any, last: bool) -> Any:
        """Value of the last or first pair by query."""
        return self._reduce("Q_PICK", "pick", query, n, _floats(values), (last,), values=values, last=last)

    def pick_by(self, query: Any, values: Any, by: Any, n: Any, last: bool) -> Any:
        """Value of the pair with the largest or smallest `by` by query."""
        return self._reduce(
            "Q_PICK_BY", "pick_by", query, n, _floats(values), _floats(by), (last,), values=values, by=by, last=last
        )


def _floats(values: Any) -> NDArray[np.float64]:
    return np.ascontiguousarray(values.value, dtype=np.float64)


_NUMPY = words.NumpyWords()
_KERNELS = _Kernels()
_REDUCTIONS = _Reductions()
