"""Every sealed column of the database, found by walking the tables, and the queries that rotation of keys takes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, LargeBinary, func, select, tuple_, type_coerce, update

from service.store import every_table
from service.store._columns import Sealed


def sealed_columns() -> list[Column[Any]]:
    """The columns of type `Sealed`, in order of table and column."""
    return [
        column for table in every_table().sorted_tables for column in table.columns if isinstance(column.type, Sealed)
    ]


def count_others(connection: Connection, column: Column[Any], newest: bytes) -> int:
    """How many values of a column were sealed with another key than the one named `newest`."""
    return int(connection.execute(select(func.count()).where(_others(column, newest))).scalar_one())


def others(
    connection: Connection, column: Column[Any], newest: bytes, after: tuple[Any, ...] | None, rows: int, size: int
) -> list[tuple[tuple[Any, ...], bytes]]:
    """Primary key and value of at most `rows` values with another key, of at most `size` bytes together (but at least
    one value), from behind the primary key `after` on."""
    keys = list(column.table.primary_key)
    place = tuple_(*keys)
    asked = select(*keys, func.length(type_coerce(column, LargeBinary))).where(_others(column, newest))
    if after is not None:
        asked = asked.where(
            place > tuple_(*(type_coerce(value, key.type) for value, key in zip(after, keys, strict=True)))
        )
    found: list[tuple[tuple[Any, ...], bytes]] = []
    taken = 0
    for row in connection.execute(asked.order_by(*keys).limit(rows)).all():
        taken += int(row[-1])
        if found and taken > size:
            break
        number = tuple(row[:-1])
        value = connection.execute(select(column).where(_is(keys, number))).scalar()
        if value is not None:
            found.append((number, value))
    return found


def replace(connection: Connection, column: Column[Any], number: tuple[Any, ...], old: bytes, new: bytes) -> bool:
    """Put a value in the place of another; False where somebody changed it meanwhile, and nothing is done."""
    keys = list(column.table.primary_key)
    done = connection.execute(update(column.table).where(_is(keys, number), column == old).values({column.name: new}))
    return done.rowcount == 1


def _others(column: Column[Any], newest: bytes) -> ColumnElement[bool]:
    """Whether a value is there and begins with another key's name."""
    begin = type_coerce(func.substr(type_coerce(column, LargeBinary), 1, len(newest)), LargeBinary)
    return column.is_not(None) & (begin != newest)


def _is(keys: list[Column[Any]], number: tuple[Any, ...]) -> ColumnElement[bool]:
    """Whether a row is the one of a primary key."""
    return tuple_(*keys) == tuple_(*(type_coerce(value, key.type) for value, key in zip(number, keys, strict=True)))
