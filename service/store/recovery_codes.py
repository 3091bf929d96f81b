"""Recovery codes: what signs in once when the device with the one-time codes is lost. Keyed hashes only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import Column, Connection, Table, Text, delete, func, insert, select, update

from service.store._columns import METADATA, Moment, Number

RECOVERY_CODES = Table(
    "recovery_codes",
    METADATA,
    Column("account_id", Number, primary_key=True, autoincrement=False),
    Column("code_hash", Text, primary_key=True),
    Column("used_at", Moment),
)


def replace(connection: Connection, account_id: int, hashes: Iterable[str]) -> None:
    """Give an account these codes and no others; none where `hashes` is empty."""
    connection.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.account_id == account_id))
    rows = [{"account_id": account_id, "code_hash": one} for one in hashes]
    if rows:
        connection.execute(insert(RECOVERY_CODES), rows)


def take(connection: Connection, account_id: int, code_hash: str, at: dt.datetime) -> bool:
    """Use a code up. False when there is none such or it was used: also when two ask at once."""
    whose = (RECOVERY_CODES.c.account_id == account_id, RECOVERY_CODES.c.code_hash == code_hash)
    done = connection.execute(
        update(RECOVERY_CODES).where(*whose, RECOVERY_CODES.c.used_at.is_(None)).values(used_at=at)
    )
    return done.rowcount == 1


def count(connection: Connection, account_id: int) -> int:
    """How many of an account's codes are left."""
    left = (RECOVERY_CODES.c.account_id == account_id, RECOVERY_CODES.c.used_at.is_(None))
    return int(connection.execute(select(func.count()).select_from(RECOVERY_CODES).where(*left)).scalar_one())
