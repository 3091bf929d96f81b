"""What walks over the log found, newest last."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Column, Connection, Integer, Row, Table, Text, insert, select

from service.store._columns import METADATA, Document, Moment, Number

AUDIT_VERIFICATIONS = Table(
    "audit_verifications",
    METADATA,
    Column("verification_id", Number, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("first", Number, nullable=False),
    Column("last", Number, nullable=False),
    Column("lines", Number, nullable=False),
    Column("anchors", Integer, nullable=False),
    Column("broken", Integer, nullable=False),
    Column("head", Text, nullable=False),
    Column("findings", Document, nullable=False),
)


def add(
    connection: Connection,
    *,
    at: dt.datetime,
    first: int,
    last: int,
    lines: int,
    anchors: int,
    broken: int,
    head: str,
    findings: list[dict[str, Any]],
) -> None:
    """Keep what one walk found: counts, the hash of the last line, and the findings as `{line, what, other}`."""
    connection.execute(
        insert(AUDIT_VERIFICATIONS).values(
            at=at, first=first, last=last, lines=lines, anchors=anchors, broken=broken, head=head, findings=findings
        )
    )


def newest(connection: Connection) -> Row[Any] | None:
    """The last walk; None where there was none."""
    asked = select(AUDIT_VERIFICATIONS).order_by(AUDIT_VERIFICATIONS.c.verification_id.desc()).limit(1)
    return connection.execute(asked).first()
