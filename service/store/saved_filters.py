"""Filters of the queue that people keep for themselves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Row, Table, Text, delete, insert, select, update

from service.store._columns import METADATA, Document, Moment, Number

SAVED_FILTERS = Table(
    "saved_filters",
    METADATA,
    Column("account_id", Number, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    # Never a person, card or phone: those are searched by and not kept.
    Column("filter", Document, nullable=False),
    Column("at", Moment, nullable=False),
)


def keep(connection: Connection, account_id: int, name: str, filter: dict[str, Any], at: Any) -> None:
    """Keep a filter under a name, in place of the one there was."""
    mine = (SAVED_FILTERS.c.account_id == account_id, SAVED_FILTERS.c.name == name)
    if connection.execute(update(SAVED_FILTERS).where(*mine).values(filter=filter, at=at)).rowcount == 0:
        connection.execute(insert(SAVED_FILTERS).values(account_id=account_id, name=name, filter=filter, at=at))


def drop(connection: Connection, account_id: int, name: str) -> bool:
    """Drop a filter; False where there is none."""
    gone = delete(SAVED_FILTERS).where(SAVED_FILTERS.c.account_id == account_id, SAVED_FILTERS.c.name == name)
    return connection.execute(gone).rowcount == 1


def of_account(connection: Connection, account_id: int) -> list[Row[Any]]:
    """A person's filters by name."""
    asked = select(SAVED_FILTERS).where(SAVED_FILTERS.c.account_id == account_id)
    return list(connection.execute(asked.order_by(SAVED_FILTERS.c.name)))
