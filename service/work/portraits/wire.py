"""Shapes as they pass between the scorer and the web: JSON lists in the order of a dataclass's fields."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def plain(value: Any) -> Any:
    """A shape as JSON takes it: dataclasses and tuples as lists, dates and moments as ISO 8601.

    Raises TypeError for what is none of these.
    """
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, dt.date):  # a moment is one too
        return value.isoformat()
    if is_dataclass(value):
        names, as_it_is = _written(cast(Hashable, type(value)))
        return [
            getattr(value, name) if same else plain(getattr(value, name))
            for name, same in zip(names, as_it_is, strict=True)
        ]
    raise TypeError(f"found a {type(value).__name__}, expected a shape")


def read(shape: type[T], value: Any) -> T:
    """The shape in a JSON value. Raises TypeError or ValueError for another.

    >>> from service.work.portraits.shapes import Tie
    >>> tie = Tie("a", "b", "holds", first_on=dt.date(2019, 7, 1))
    >>> read(Tie, plain(tie)) == tie
    True
    """
    found: T = _reader(cast(Hashable, shape))(value)
    return found


def read_all(shape: type[T], value: Any) -> tuple[T, ...]:
    """Several of a shape."""
    one = _reader(cast(Hashable, shape))
    return tuple(one(item) for item in value)


@cache
def _names(shape: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(shape))


@cache
def _written(shape: type[Any]) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    """Fields of a dataclass, and which of them JSON takes as they are."""
    hints = get_type_hints(shape)
    return _names(cast(Hashable, shape)), tuple(_is_simple(hints[name]) for name in _names(cast(Hashable, shape)))


def _is_simple(hint: Any) -> bool:
    """Whether values of a type are texts, numbers, nothing, or tuples of these."""
    if hint in (str, int, float, bool, type(None)) or get_origin(hint) is Literal:
        return True
    inside = [one for one in get_args(hint) if one is not Ellipsis]
    return get_origin(hint) in (tuple, Union, types.UnionType) and all(_is_simple(one) for one in inside)


@cache
def _reader(hint: Any) -> Callable[[Any], Any]:
    """How a value of a type is read."""
    if is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        parts = [_reader(hints[name]) for name in _names(hint)]
        made = hint
        return lambda value: made(*(part(one) for part, one in zip(parts, value, strict=True)))
    if hint is dt.datetime:
        return dt.datetime.fromisoformat
    if hint is dt.date:
        return dt.date.fromisoformat
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        one = _reader(next(kind for kind in inside if kind is not type(None)))
        return lambda value: None if value is None else one(value)
    if origin is tuple and len(inside) == 2 and inside[1] is Ellipsis:
        each = _reader(inside[0])
        return lambda value: tuple(each(one) for one in value)
    if origin is tuple:
        parts = [_reader(kind) for kind in inside]
        return lambda value: tuple(part(one) for part, one in zip(parts, value, strict=True))
    return _as_is


def _as_is(value: Any) -> Any:
    return value
