"""API keys of systems: the secret is shown once, its SHA-256 is kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Row,
    Table,
    Text,
    UniqueConstraint,
    and_,
    insert,
    or_,
    select,
    update,
)

from service.store._columns import METADATA, Document, Moment, Number

API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("key_id", Number, primary_key=True),
    Column("prefix", Text, nullable=False),  # the <id> in mb_<id>_<secret>
    Column("secret_hash", Text, nullable=False),
    Column("account_id", Number, nullable=False),
    Column("name", Text, nullable=False),
    Column("permissions", Document, nullable=False),
    Column("divisions", Document, nullable=False),
    Column("addresses", Document, nullable=False),  # networks it may be used from; empty: any
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
    Column("revoked_by", Text),
    UniqueConstraint("prefix"),
    Index("ix_api_keys_account_id", "account_id"),
)


def add(connection: Connection, **values: Any) -> int:
    """Add a key; its number."""
    made = connection.execute(insert(API_KEYS).values(**values).returning(API_KEYS.c.key_id))
    return int(made.scalar_one())


def by_prefix(connection: Connection, prefix: str) -> Row[Any] | None:
    """The key with this public part, also a revoked one."""
    return connection.execute(select(API_KEYS).where(API_KEYS.c.prefix == prefix)).first()


def by_number(connection: Connection, key_id: int) -> Row[Any] | None:
    """The key of a number."""
    return connection.execute(select(API_KEYS).where(API_KEYS.c.key_id == key_id)).first()


def by_name(connection: Connection, account_id: int, name: str) -> Row[Any] | None:
    """The newest key of an account with a name."""
    asked = select(API_KEYS).where(API_KEYS.c.account_id == account_id, API_KEYS.c.name == name)
    return connection.execute(asked.order_by(API_KEYS.c.key_id.desc()).limit(1)).first()


def use(connection: Connection, key_id: int, at: dt.datetime) -> None:
    """Note when a key was used; never moves back."""
    earlier = or_(API_KEYS.c.used_at.is_(None), API_KEYS.c.used_at < at)
    connection.execute(update(API_KEYS).where(and_(API_KEYS.c.key_id == key_id, earlier)).values(used_at=at))


def revoke(connection: Connection, key_id: int, at: dt.datetime, by: str) -> bool:
    """Revoke a key; False when it was revoked before."""
    whole = and_(API_KEYS.c.key_id == key_id, API_KEYS.c.revoked_at.is_(None))
    done = connection.execute(update(API_KEYS).where(whole).values(revoked_at=at, revoked_by=by))
    return done.rowcount == 1


def page(connection: Connection, condition: ColumnElement[bool], after: int, limit: int) -> list[Row[Any]]:
    """At most `limit` keys that meet a condition, by number, beyond `after`."""
    asked = select(API_KEYS).where(API_KEYS.c.key_id > after, condition).order_by(API_KEYS.c.key_id).limit(limit)
    return list(connection.execute(asked).all())
