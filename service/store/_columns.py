"""Types of columns that mean the same on SQLite and PostgreSQL, and the one metadata all tables hang on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, LargeBinary, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

Number = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit whole number; a primary key of this type numbers itself."""

Document = JSON().with_variant(JSONB(), "postgresql")
"""A JSON document. Money in it is text or whole fen, never a float."""


class Moment(TypeDecorator[dt.datetime]):
    """A moment with its offset in, UTC out; kept as whole microseconds since 1970, so that both databases sort and
    compare it alike and nothing is rounded."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> int | None:
        """To microseconds. Raises ValueError for a moment without an offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("found a moment without an offset, expected one with")
        return (value - _EPOCH) // dt.timedelta(microseconds=1)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """From microseconds."""
        return None if value is None else _EPOCH + dt.timedelta(microseconds=int(value))


class Sealed(TypeDecorator[bytes]):
    """Sealed bytes: personal data as `service.sealing.column` seals it, bound to its table and column.

    The type neither seals nor opens: who reads a row does not thereby read what is in it. It marks the column, so that
    `mingbai key rotate` and the tests find every one by walking the metadata.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Takes bytes alone. Raises TypeError for text: somebody forgot to seal it."""
        if value is not None and not isinstance(value, bytes):
            raise TypeError(f"found {type(value).__name__} for a sealed column, expected what `seal_text` gives")
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        """As it was kept; both drivers' own types become bytes."""
        return None if value is None else bytes(value)
