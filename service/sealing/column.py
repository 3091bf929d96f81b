"""Values of a `Sealed` column: sealed and opened by name, each bound to its table and column.

    Column("name", Sealed)
    insert(PERSONS).values(name=seal_text(context.seal, PERSONS.c.name, name))
    open_text(context.seal, PERSONS.c.name, row.name)

A value moved to another column, or to another table, does not open.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Column, Table

from service.sealing.seal import Seal
from service.store._columns import Sealed


def about(column: Column[Any]) -> bytes:
    """What values of a column are bound to: `table.column`. Raises TypeError where the column is not `Sealed`."""
    if not isinstance(column.type, Sealed) or not isinstance(column.table, Table):
        raise TypeError(f"{column} is no Sealed column of a table")
    return f"{column.table.name}.{column.name}".encode()


def seal_bytes(seal: Seal, column: Column[Any], value: bytes | None) -> bytes | None:
    """Sealed bytes for a column; None stays None."""
    return None if value is None else seal.seal(value, about(column))


def open_bytes(seal: Seal, column: Column[Any], sealed: bytes | None) -> bytes | None:
    """Opened; None stays None. Raises SealError when the key is gone, a byte was changed or the value was moved."""
    return None if sealed is None else seal.open(sealed, about(column))


def seal_text(seal: Seal, column: Column[Any], value: str | None) -> bytes | None:
    """Sealed text for a column; None stays None. A lone surrogate, which no encoding holds, becomes a question mark."""
    return None if value is None else seal_bytes(seal, column, value.encode("utf-8", "replace"))


def open_text(seal: Seal, column: Column[Any], sealed: bytes | None) -> str | None:
    """Opened text; None stays None. Raises SealError as `open_bytes`."""
    opened = open_bytes(seal, column, sealed)
    return None if opened is None else opened.decode()


def seal_document(seal: Seal, column: Column[Any], value: Any) -> bytes | None:
    """A JSON document, sealed; None stays None. Raises TypeError and ValueError for what JSON does not hold."""
    if value is None:
        return None
    return seal_text(seal, column, json.dumps(value, ensure_ascii=False, allow_nan=False))


def open_document(seal: Seal, column: Column[Any], sealed: bytes | None) -> Any:
    """The document again; None stays None. Raises SealError as `open_bytes`."""
    opened = open_text(seal, column, sealed)
    return None if opened is None else json.loads(opened)
