"""A handful of values of one column, checked and converted value by value: the same as column by column.

Asking Arrow for each step of each column costs a single payment more than all of its own work.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from math import isfinite
from typing import Any, Final

from features.contract import MAX_ID_LENGTH, Column, ColumnType

FEW: Final = 8
"""Up to so many values this is the quicker way."""

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)
REFUSED: Final = object()
"""Stands for a text that is no value of its column."""


class Few:
    """Reads values by the grammars of the contract's types."""

    def __init__(self, grammar: Mapping[ColumnType, str]) -> None:
        """`grammar` as RE2 reads it; only what Python's engine understands alike is used there."""
        self._grammar = {kind: re.compile(text.strip("^$"), re.ASCII) for kind, text in grammar.items()}

    def reader(self, column: Column) -> Callable[[str], Any]:
        """What reads one text that is not empty as a value of a column; it gives `REFUSED` where it is none."""
        return partial(self._one, column)

    def read(self, column: Column, texts: list[str | None]) -> tuple[list[Any], list[int]]:
        """The values as Arrow takes them (None where null or refused), and the positions that are refused."""
        values: list[Any] = []
        bad: list[int] = []
        for place, text in enumerate(texts):
            value = None if not text else self._one(column, text)
            if value is REFUSED:
                bad.append(place)
                value = None
            values.append(value)
        return values, bad

    def _one(self, column: Column, text: str) -> Any:
        kind = column.type
        if kind == "id" or kind == "text":
            fits = "\0" not in text and (kind == "text" or len(text) <= MAX_ID_LENGTH)
            return text if fits else REFUSED
        if kind == "enum":
            return text if text in column.values else REFUSED
        return _CONVERT[kind](text) if self._grammar[kind].fullmatch(text) else REFUSED


def _number(text: str) -> Any:
    value = float(text)
    return value if isfinite(value) else REFUSED


def _ts(text: str) -> int:
    """Microseconds since 1970, UTC."""
    return (dt.datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND


_CONVERT: Final[dict[ColumnType, Callable[[str], Any]]] = {
    "period": str,
    "date": dt.date.fromisoformat,
    "ts": _ts,
    "money": Decimal,
    "number": _number,
    "int": int,
    "bool": lambda text: text == "true",
    "list": lambda text: text.split("|"),
}
