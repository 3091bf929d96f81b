"""Closings that wait for a second person. A case has at most one that waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
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
from service.store.cases import CASES

CLOSING_PROPOSALS = Table(
    "closing_proposals",
    METADATA,
    Column("proposal_id", Number, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.case_id"), nullable=False),
    # Of the case when it was proposed: what has changed since was not proposed.
    Column("case_version", Integer, nullable=False),
    # What would be closed how: outcome, findings that differ, typology, role, what is to be remembered.
    Column("closing", Document, nullable=False),
    Column("reason", Sealed, nullable=False),
    Column("proposed_by", Number, nullable=False),
    Column("proposer", Text, nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("state", Text, nullable=False),  # waiting, countersigned, refused, withdrawn, lapsed
    Column("decided_by", Number),
    Column("decider", Text),
    Column("decided_at", Moment),
    Column("decided_reason", Sealed),
    Index("ix_closing_proposals_case_id", "case_id"),
)
_WAITS = CLOSING_PROPOSALS.c.state == "waiting"
Index(
    "uq_closing_proposals_waiting",
    CLOSING_PROPOSALS.c.case_id,
    unique=True, sqlite_where=CLOSING_PROPOSALS.c.state == "waiting", postgresql_where=_WAITS,
)  # fmt: skip


def add(connection: Connection, row: Mapping[str, Any]) -> int:
    """Add a proposal that waits; its number. Raises IntegrityError where one waits already."""
    made = insert(CLOSING_PROPOSALS).values(**row, state="waiting").returning(CLOSING_PROPOSALS.c.proposal_id)
    return int(connection.execute(made).scalar_one())


def waiting(connection: Connection, case_id: str) -> Row[Any] | None:
    """The proposal of a case that waits."""
    return connection.execute(select(CLOSING_PROPOSALS).where(CLOSING_PROPOSALS.c.case_id == case_id, _WAITS)).first()


def decide(connection: Connection, proposal_id: int, values: Mapping[str, Any]) -> bool:
    """Decide a proposal that still waits. False when somebody was faster."""
    done = connection.execute(
        update(CLOSING_PROPOSALS).where(CLOSING_PROPOSALS.c.proposal_id == proposal_id, _WAITS).values(**values)
    )
    return done.rowcount == 1


def of_case(connection: Connection, case_id: str) -> list[Row[Any]]:
    """Every proposal of a case, in order."""
    asked = select(CLOSING_PROPOSALS).where(CLOSING_PROPOSALS.c.case_id == case_id)
    return list(connection.execute(asked.order_by(CLOSING_PROPOSALS.c.proposal_id)))


def all_waiting(connection: Connection, conditions: Sequence[ColumnElement[bool]], limit: int) -> list[Row[Any]]:
    """Open cases that meet conditions on CASES and whose closing waits, with the closing, the longest waiting first:
    the columns of CASES and `closing`, `proposed_by`, `proposer`, `proposed_at`."""
    columns = (CLOSING_PROPOSALS.c[name] for name in ("closing", "proposed_by", "proposer", "proposed_at"))
    asked = (
        select(CASES, *columns)
        .join(CLOSING_PROPOSALS, CLOSING_PROPOSALS.c.case_id == CASES.c.case_id)
        .where(_WAITS, *conditions)
        .order_by(CLOSING_PROPOSALS.c.proposed_at, CLOSING_PROPOSALS.c.proposal_id)
    )
    return list(connection.execute(asked.limit(limit)))
