"""Sums that were made again put in place of what stands under their keys, whole or a few places at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, delete, insert, select

from service.store.funds_flows import FUNDS_FLOWS
from service.store.payment_sums import FUNDS, FUNDS_DAYS
from service.store.payments import FUNDS_STALE
from service.store.town_sums import TOWN_DAYS, TOWN_FLOWS, TOWN_FUNDS

TABLES: Final = (FUNDS, FUNDS_DAYS, FUNDS_FLOWS, TOWN_FUNDS, TOWN_DAYS, TOWN_FLOWS)
"""Every table of sums; a row of each says its `run_key` and its `division_code`."""

Rows = Sequence[Mapping[str, Any]]

_DONE = delete(FUNDS_STALE).where(FUNDS_STALE.c.run_key == bindparam("key"), FUNDS_STALE.c.stamp == bindparam("seen"))


def still_stale(connection: Connection, keys: Collection[str]) -> set[str]:
    """Of some keys those whose sums are still to be made again: of the others somebody made newer ones meanwhile."""
    return set(connection.execute(select(FUNDS_STALE.c.run_key).where(FUNDS_STALE.c.run_key.in_(keys))).scalars())


def replace(connection: Connection, table: Table, keys: Collection[str], rows: Rows) -> None:
    """Keep rows in place of those under their keys."""
    connection.execute(delete(table).where(table.c.run_key.in_(keys)))
    if rows:
        connection.execute(insert(table), rows)


def replace_places(connection: Connection, table: Table, key: str, places: Collection[str], rows: Rows) -> None:
    """Keep rows of a key in place of those it has in some divisions."""
    connection.execute(delete(table).where(table.c.run_key == key, table.c.division_code.in_(places)))
    connection.execute(insert(table), rows)


def only_places(connection: Connection, table: Table, key: str, places: Collection[str]) -> None:
    """Drop what a key has in other divisions than these."""
    connection.execute(delete(table).where(table.c.run_key == key, table.c.division_code.not_in(places)))


def made_again(connection: Connection, keys: Iterable[tuple[str, int]]) -> None:
    """Say that the sums of keys were made as of their stamps; keys that went stale again meanwhile stay marked."""
    connection.execute(_DONE, [{"key": key, "seen": stamp} for key, stamp in keys])
