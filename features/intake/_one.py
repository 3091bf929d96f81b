"""One row that is as it should be, read value by value: what most calls for a single payment bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pyarrow as pa

from features.contract import Column, Table
from features.intake._types import CANONICAL, canonical_schema, read_one

_KEPT: Final[dict[tuple[str, tuple[str, ...]], pa.Schema]] = {}
_MOST_KEPT: Final = 256


def one_good_row(
    table: Table, row: Mapping[str, object], as_text: Callable[[Column, object], str | None], unfit: str
) -> pa.RecordBatch | None:
    """The row in canonical types, columns as `accept_rows` gives them; None where something is wrong with it, which
    the general way then says in words. `as_text` gives `unfit` for a value no column takes."""
    names: list[str] = []
    values: list[pa.Array] = []
    for column in table.columns:
        there = column.name in row
        if not there and not column.required:
            continue
        text = as_text(column, row[column.name]) if there else None
        good, value = read_one(column, text)
        if not good or text == unfit or (column.required and value is None):
            return None
        names.append(column.name)
        values.append(pa.array((value,), CANONICAL[column.type]))
    key = (table.name, tuple(names))
    schema = _KEPT.get(key)
    if schema is None:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        schema = _KEPT[key] = canonical_schema(table, set(names))
    return pa.RecordBatch.from_arrays(values, schema=schema)
