"""Taking values out of stand-ins and putting values into them, as `x[key]` and `x[key] = value` do."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.recorded._codes import CODE
from features.recorded._leaves import Leaf
from features.recorded._recorder import CannotRecordError
from features.recorded._values import Traced, as_kind, cast, constant, kind_of, length


def get(values: Traced, key: Any) -> Any:
    """`values[key]` for a mask, places, a slice or a plain number."""
    recorder = values.recorder
    if isinstance(key, Traced):
        if kind_of(key.dtype) == "b" and not key.single:
            reg = recorder.emit(CODE["COMPRESS"], {2: values.reg, 3: key.reg}, (values.reg, key.reg))[0]
        elif kind_of(key.dtype) == "i" and not key.single:
            reg = recorder.emit(CODE["TAKE"], {2: values.reg, 3: key.reg}, (values.reg, key.reg))[0]
        else:
            raise CannotRecordError(f"places of {key.dtype}, single: {key.single}")
        return Traced(recorder, reg, values.value[key.value])
    if isinstance(key, slice):
        return _slice(values, key)
    if isinstance(key, int | np.integer):
        place = Traced(recorder, constant(recorder, key, "i"), np.int64(key))
        reg = recorder.emit(CODE["TAKE"], {2: values.reg, 3: place.reg}, (values.reg, place.reg))[0]
        return Traced(recorder, reg, values.value[key])
    raise CannotRecordError(f"places given by {type(key).__name__}")


def _slice(values: Traced, key: slice) -> Traced:
    recorder = values.recorder
    if key.start is None and key.stop is None and key.step == -1:
        reg = recorder.emit(CODE["REVERSE"], {2: values.reg}, (values.reg,))[0]
        return Traced(recorder, reg, values.value[::-1])
    bounds = (key.start, key.stop)
    if key.step not in (None, 1) or not all(b is None or isinstance(b, int) for b in bounds):
        raise CannotRecordError(f"a slice {key}")
    places = {2: values.reg, 3: key.start or 0, 4: key.stop or 0, 5: 1 if key.stop is None else 0}
    return Traced(recorder, recorder.emit(CODE["SLICE"], places, (values.reg,))[0], values.value[key])


def put(values: Traced, key: Any, value: Any) -> None:
    """`values[key] = value`: whoever holds `values` sees the new ones."""
    recorder = values.recorder
    if isinstance(value, Leaf):
        raise CannotRecordError("all of a ledger's array put somewhere")
    given = value if isinstance(value, Traced) else None
    kind = kind_of(values.dtype)
    new = as_kind(cast(given, values.dtype), kind) if given is not None else constant(recorder, value, kind)
    single = given is None or given.single
    example = values.value.copy()
    plain = given.value if given is not None else value
    if isinstance(key, Traced) and kind_of(key.dtype) == "b":
        example[key.value] = plain
        if single:
            reads = (key.reg, new, values.reg)
            reg = recorder.emit(CODE["SELECT"], {2: key.reg, 3: new, 4: values.reg, 5: 2}, reads)[0]
        else:
            places = {2: values.reg, 3: key.reg, 4: new, 5: 1}
            reg = recorder.emit(CODE["PUT_MASK"], places, (values.reg, key.reg, new))[0]
    elif isinstance(key, Traced) and kind_of(key.dtype) == "i" and not key.single:
        example[key.value] = plain
        places = {2: values.reg, 3: key.reg, 4: new, 5: 0 if single else 1}
        reg = recorder.emit(CODE["SCATTER"], places, (values.reg, key.reg, new))[0]
    elif isinstance(key, slice) or (isinstance(key, int) and key == -1):
        example[key] = plain
        reg = _put_end(values, key, new, single)
    else:
        raise CannotRecordError(f"values put at {type(key).__name__}")
    values.reg, values.value = reg, example


def _put_end(values: Traced, key: slice | int, new: int, single: bool) -> int:
    """All but one end replaced, or one end."""
    recorder = values.recorder
    where = (key.start, key.stop, key.step) if isinstance(key, slice) else key
    if where == (1, None, None):
        kept, replaced, first = slice(None, 1), slice(1, None), True
    elif where == (None, -1, None):
        kept, replaced, first = slice(-1, None), slice(None, -1), False
    elif where == -1:
        kept, replaced, first = slice(None, -1), slice(-1, None), True
    elif where == (None, None, None):
        kept, replaced, first = slice(0, 0), slice(None), True
    else:
        raise CannotRecordError(f"values put at {key}")
    if single:
        number = length(_slice(values, replaced))
        new = recorder.emit(CODE["FULL"], {2: new, 3: number.reg}, (new, number.reg))[0]
    end = _slice(values, kept).reg
    parts = (end, new) if first else (new, end)
    return recorder.emit(CODE["CONCAT"], {4: 2}, parts, extra=parts, extra_at=3)[0]


def from_leaf(leaf: Leaf, key: Any) -> Any:
    """`leaf[key]` for places; a mask over all rows of the ledger is not recorded."""
    if isinstance(key, Traced) and kind_of(key.dtype) == "i":
        if key.single:
            raise CannotRecordError("one place of a ledger's array")
        return leaf.take(key)
    raise CannotRecordError(f"a ledger's array at {type(key).__name__} {key if isinstance(key, slice) else ''}")
