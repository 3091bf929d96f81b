"""What was explained, remembered with an expiry; and the cases that were not opened because of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    insert,
    select,
    update,
)

from service.store._columns import METADATA, Document, Moment, Number, Sealed

COUNTER_EVIDENCE = Table(
    "counter_evidence",
    METADATA,
    Column("memory_id", Number, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.case_id"), nullable=False),
    Column("desk", Text, nullable=False),
    # hub: the pattern at the case's hub; person, card, household: one of them, wherever it turns up.
    Column("about_kind", Text, nullable=False),
    Column("about_key", Text, nullable=False),
    Column("typology", Text, nullable=False),
    Column("why", Sealed, nullable=False),
    # Numbers of attachments of the case.
    Column("evidence", Document, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    # Rules and programs that were explained: others are new.
    Column("codes", Document, nullable=False),
    Column("programs", Document, nullable=False),
    Column("division_code", Text),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", Text),
    Index("ix_counter_evidence_about_key", "about_key", "typology"),
    Index("ix_counter_evidence_case_id", "case_id"),
)

QUIETENED = Table(
    "quietened",
    METADATA,
    Column("quietened_id", Number, primary_key=True),
    Column("memory_id", Number, ForeignKey("counter_evidence.memory_id"), nullable=False),
    Column("desk", Text, nullable=False),
    Column("hub_kind", Text, nullable=False),
    Column("hub_key", Text, nullable=False),
    Column("hub_shown", Text, nullable=False),
    Column("typology", Text, nullable=False),
    Column("division_code", Text),
    Column("amount_fen", BigInteger, nullable=False),
    Column("member_count", Integer, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    # Why it came back, and as which case.
    Column("returned_why", Text),
    Column("returned_as", Text),
    Index("uq_quietened_pattern", "memory_id", "desk", "hub_kind", "hub_key", "typology", unique=True),
    Index("ix_quietened_desk", "desk", "quietened_id"),
)


def add(connection: Connection, row: Mapping[str, Any]) -> int:
    """Remember; the memory's number."""
    made = insert(COUNTER_EVIDENCE).values(**row).returning(COUNTER_EVIDENCE.c.memory_id)
    return int(connection.execute(made).scalar_one())


def about(connection: Connection, keys: Collection[str], typology: str, desk: str) -> list[Row[Any]]:
    """What is remembered of any of the keys, expired or not, the newest first; not what people ended."""
    asked = select(COUNTER_EVIDENCE).where(
        COUNTER_EVIDENCE.c.about_key.in_(sorted(keys)),
        COUNTER_EVIDENCE.c.typology == typology,
        COUNTER_EVIDENCE.c.desk == desk,
        COUNTER_EVIDENCE.c.ended_at.is_(None),
    )
    return list(connection.execute(asked.order_by(COUNTER_EVIDENCE.c.memory_id.desc())))


def of_case(connection: Connection, case_id: str) -> list[Row[Any]]:
    """What a case's closing remembered."""
    asked = select(COUNTER_EVIDENCE).where(COUNTER_EVIDENCE.c.case_id == case_id)
    return list(connection.execute(asked.order_by(COUNTER_EVIDENCE.c.memory_id)))


def get(connection: Connection, memory_id: int, *conditions: ColumnElement[bool]) -> Row[Any] | None:
    """A memory by its number."""
    return connection.execute(
        select(COUNTER_EVIDENCE).where(COUNTER_EVIDENCE.c.memory_id == memory_id, *conditions)
    ).first()


def end(connection: Connection, memory_id: int, who: str, at: dt.datetime) -> bool:
    """Remember no longer; False where it was ended before."""
    done = connection.execute(
        update(COUNTER_EVIDENCE)
        .where(COUNTER_EVIDENCE.c.memory_id == memory_id, COUNTER_EVIDENCE.c.ended_at.is_(None))
        .values(ended_at=at, ended_by=who)
    )
    return done.rowcount == 1


def quieten(connection: Connection, row: Mapping[str, Any], at: dt.datetime) -> None:
    """A case was not opened because of a memory; the same pattern again changes its line."""
    same = [QUIETENED.c[name] == row[name] for name in ("memory_id", "desk", "hub_kind", "hub_key", "typology")]
    done = connection.execute(
        update(QUIETENED)
        .where(*same)
        .values(amount_fen=row["amount_fen"], member_count=row["member_count"], last_at=at)
    )
    if done.rowcount == 0:
        connection.execute(insert(QUIETENED).values(**row, first_at=at, last_at=at))


def returned(connection: Connection, desk: str, hub_key: str, typology: str, why: str, case_id: str) -> None:
    """A pattern that was quiet is a case again."""
    connection.execute(
        update(QUIETENED)
        .where(QUIETENED.c.desk == desk, QUIETENED.c.hub_key == hub_key, QUIETENED.c.typology == typology)
        .values(returned_why=why, returned_as=case_id)
    )


def quietened(connection: Connection, conditions: list[ColumnElement[bool]], after: int, limit: int) -> list[Row[Any]]:
    """Patterns that are quiet, in order, behind the one numbered `after`."""
    asked = select(QUIETENED).where(*conditions, QUIETENED.c.quietened_id > after, QUIETENED.c.returned_as.is_(None))
    return list(connection.execute(asked.order_by(QUIETENED.c.quietened_id).limit(limit)))
