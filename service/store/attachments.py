"""Files people attach to cases: what each is; the file itself lies sealed in the home under a random name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Row,
    Table,
    Text,
    UniqueConstraint,
    func,
    insert,
    select,
)

from service.store._columns import METADATA, Moment, Number, Sealed

ATTACHMENTS = Table(
    "attachments",
    METADATA,
    Column("attachment_id", Number, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.case_id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("account_id", Number, nullable=False),
    Column("name", Sealed, nullable=False),
    Column("kind", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    # Keyed: a plain hash would let somebody try out which file it is.
    Column("content_hash", Text, nullable=False),
    Column("file", Text, nullable=False),
    # The same file on the same case is there once.
    UniqueConstraint("case_id", "content_hash"),
)


def add(connection: Connection, row: Mapping[str, Any]) -> int:
    """Add an attachment; its number."""
    made = insert(ATTACHMENTS).values(**row).returning(ATTACHMENTS.c.attachment_id)
    return int(connection.execute(made).scalar_one())


def same(connection: Connection, case_id: str, content_hash: str) -> Row[Any] | None:
    """The attachment of a case with this content."""
    asked = select(ATTACHMENTS).where(ATTACHMENTS.c.case_id == case_id, ATTACHMENTS.c.content_hash == content_hash)
    return connection.execute(asked).first()


def get(connection: Connection, case_id: str, attachment_id: int) -> Row[Any] | None:
    """An attachment of a case."""
    asked = select(ATTACHMENTS).where(ATTACHMENTS.c.case_id == case_id, ATTACHMENTS.c.attachment_id == attachment_id)
    return connection.execute(asked).first()


def of_case(connection: Connection, case_id: str, after: int, limit: int) -> list[Row[Any]]:
    """Attachments of a case in order, behind the one numbered `after`."""
    asked = select(ATTACHMENTS).where(ATTACHMENTS.c.case_id == case_id, ATTACHMENTS.c.attachment_id > after)
    return list(connection.execute(asked.order_by(ATTACHMENTS.c.attachment_id).limit(limit)))


def count(connection: Connection, case_id: str) -> int:
    """How many files a case has."""
    asked = select(func.count()).select_from(ATTACHMENTS).where(ATTACHMENTS.c.case_id == case_id)
    return int(connection.execute(asked).scalar_one())


def files(connection: Connection) -> set[str]:
    """The names of every file that belongs to an attachment."""
    return set(connection.execute(select(ATTACHMENTS.c.file)).scalars())
