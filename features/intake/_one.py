"""One row that is as it should be, read value by value: what most calls for a single payment bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from features.contract import Column, Table
from features.intake._few import REFUSED
from features.intake._types import canonical_schema, reader

_MOST_KEPT: Final = 256


@dataclass(slots=True)
class _Readers:
    """How a table's rows are read: by column its name, whether it is required, and what reads a text.
    `shapes` are the types of rows with some of the columns, by their names."""

    columns: tuple[Column, ...]
    each: list[tuple[Column, str, bool, Callable[[str], Any]]]
    shapes: dict[tuple[str, ...], pa.StructType] = field(default_factory=dict)


_KEPT: Final[dict[int, _Readers]] = {}
"""By the identity of a table's columns, which are kept with it and so are nobody else's."""


def one_good_row(
    table: Table, row: Mapping[str, object], as_text: Callable[[Column, object], str | None], unfit: str
) -> pa.RecordBatch | None:
    """The row in canonical types, columns as `accept_rows` gives them; None where something is wrong with it, which
    the general way then says in words. `as_text` gives `unfit` for a value no column takes."""
    readers = _readers(table)
    values: dict[str, Any] = {}
    for column, name, required, read in readers.each:
        if name not in row:
            if required:
                return None
            continue
        given = row[name]
        # Text is the rule, and ASCII is text that every column's reader may be shown.
        text = given if type(given) is str and given.isascii() else as_text(column, given)
        if text:
            value = None if text == unfit else read(text)
            if value is None or value is REFUSED:
                return None
            values[name] = value
        elif required:
            return None
        else:
            values[name] = None
    # All values in one step: an array a column takes longer than everything else.
    return pa.RecordBatch.from_struct_array(pa.array((values,), _shape(readers, table, tuple(values))))


def _readers(table: Table) -> _Readers:
    found = _KEPT.get(id(table.columns))
    if found is None:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        found = _Readers(table.columns, [(c, c.name, c.required, reader(c)) for c in table.columns])
        _KEPT[id(table.columns)] = found
    return found


def _shape(readers: _Readers, table: Table, names: tuple[str, ...]) -> pa.StructType:
    shape = readers.shapes.get(names)
    if shape is None:
        if len(readers.shapes) >= _MOST_KEPT:
            readers.shapes.clear()
        shape = readers.shapes[names] = pa.struct(list(canonical_schema(table, set(names))))
    return shape
