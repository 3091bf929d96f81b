"""Small looks into the database for whoever examines a deployment."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Column, Connection, select, text

from service.store.audit_lines import AUDIT_LINES
from service.store.sealed_columns import sealed_columns


def server_time(connection: Connection) -> dt.datetime:
    """What a PostgreSQL server's clock shows."""
    found: dt.datetime = connection.execute(text("select clock_timestamp()")).scalar_one()
    return found


def newest_moment(connection: Connection) -> dt.datetime | None:
    """When the last line of the log was written; None for an empty log."""
    asked = select(AUDIT_LINES.c.at).order_by(AUDIT_LINES.c.line.desc()).limit(1)
    found: dt.datetime | None = connection.execute(asked).scalar_one_or_none()
    return found


def one_sealed(connection: Connection) -> tuple[Column[Any], bytes] | None:
    """Any sealed value and its column; None where there is none yet."""
    for column in sealed_columns():
        value = connection.execute(select(column).where(column.is_not(None)).limit(1)).scalar_one_or_none()
        if value is not None:
            return column, bytes(value)
    return None
