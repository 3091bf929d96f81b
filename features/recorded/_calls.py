"""Calls of functions the machine has no step for: they run between its stretches, on plain arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from features.recorded._leaves import Leaf
from features.recorded._recorder import CannotRecordError, Recorder
from features.recorded._values import Stand, Traced, kind_of


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """A call of a compiled function with stand-ins among its arguments."""
    stands = [a for a in arguments if isinstance(a, Stand)]
    if not stands:
        return function(*arguments)
    recorder: Recorder = stands[0].recorder  # type: ignore[attr-defined]
    given: list[tuple[Any, ...]] = []
    examples: list[Any] = []
    for argument in arguments:
        if isinstance(argument, Traced):
            given.append(("value", argument.reg, argument.dtype, argument.single))
            examples.append(argument.value)
        elif isinstance(argument, Leaf):
            given.append(("leaf", argument.number))
            examples.append(argument.resolve())
        else:
            given.append(("plain", argument))
            examples.append(argument)
    found = function(*examples)
    several = found if isinstance(found, tuple) else (found,)
    if not all(isinstance(part, np.ndarray) and part.ndim == 1 for part in several):
        raise CannotRecordError(f"{function.__name__} gives more than arrays")
    floats = tuple(kind_of(part.dtype) == "f" for part in several)
    made = recorder.call(function, tuple(given), floats)
    parts = tuple(Traced(recorder, reg, part) for reg, part in zip(made, several, strict=True))
    return parts if isinstance(found, tuple) else parts[0]
