"""Cases: questions that people work on. One row a case; what belongs to it stands in tables of its own.

A case of a desk, a hub and a typology is open at most once (`part` counts what people split off), whatever two
refreshes do at the same moment: an index says so, no program has to remember it.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Double,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)

from service.store._columns import METADATA, Moment, Number, Sealed
from service.store._new_rows import add_new

CASE_QUESTIONS = Table(
    "case_questions",
    METADATA,
    # What a summary says without its numbers: some hundreds of texts stand for millions of summaries, so that a search
    # by words reads these and follows an index.
    Column("question_id", Number, primary_key=True),
    Column("text", Text, nullable=False),
    Index("uq_case_questions_text", "text", unique=True),
)

CASES = Table(
    "cases",
    METADATA,
    # Random: a missing number between two others would tell that there is a case one may not see.
    Column("case_id", Text, primary_key=True),
    Column("desk", Text, nullable=False),
    Column("hub_kind", Text, nullable=False),
    # Keyed hash of a card, phone or device, the id itself of what is not personal.
    Column("hub_key", Text, nullable=False),
    Column("hub_shown", Text, nullable=False),
    Column("hub_sealed", Sealed),
    Column("typology", Text, nullable=False),
    Column("part", Integer, nullable=False, default=0),
    Column("suspect_role", Text, nullable=False),
    Column("selected_by", Text, nullable=False),
    # What it was offered as (alert, random, instructive, person) and, drawn at random, by what chance.
    Column("offered_as", Text, nullable=False),
    Column("propensity", Double),
    Column("score", Double, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("loss_fen", BigInteger, nullable=False),
    # Place in the queue, low first: minus the loss expected, and for a case asked for to learn the place it was given.
    Column("rank_key", BigInteger, nullable=False),
    Column("member_count", Integer, nullable=False),
    Column("division_code", Text),
    Column("summary_zh", Text, nullable=False),
    Column("summary_en", Text, nullable=False),
    Column("question_id", Number, ForeignKey("case_questions.question_id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("state_since", Moment, nullable=False),
    # Where a held case goes back to by itself.
    Column("held_from", Text),
    Column("due_at", Moment),
    Column("escalated_at", Moment),
    # Once above the level it stays so: splitting a case is no way round the second person.
    Column("two_people", Boolean, nullable=False),
    Column("assignee_id", Number),
    Column("assignee", Text),
    Column("version", Integer, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Index("ix_cases_desk", "is_open", "desk", "rank_key", "case_id"),
    Index("ix_cases_rank_key", "is_open", "rank_key", "case_id"),
    Index("ix_cases_state", "state", "rank_key", "case_id"),
    Index("ix_cases_typology", "typology", "is_open", "rank_key", "case_id"),
    Index("ix_cases_assignee_id", "assignee_id", "is_open", "rank_key", "case_id"),
    Index("ix_cases_division_code", "division_code", "is_open", "rank_key", "case_id"),
    Index("ix_cases_question_id", "question_id", "is_open", "rank_key", "case_id"),
    Index("ix_cases_hub_key", "hub_key"),
    Index("ix_cases_amount_fen", "amount_fen"),
    Index("ix_cases_due_at", "is_open", "due_at"),
    Index("ix_cases_escalated_at", "escalated_at", "rank_key", "case_id"),
    Index("ix_cases_opened_at", "opened_at"),
    # Other orders of a desk's list; the last one also finds what was decided lately.
    Index("ix_cases_desk_due_at", "is_open", "desk", "due_at", "case_id"),
    Index("ix_cases_desk_amount_fen", "is_open", "desk", "amount_fen", "case_id"),
    Index("ix_cases_desk_opened_at", "is_open", "desk", "opened_at", "case_id"),
    Index("ix_cases_desk_closed_at", "is_open", "desk", "closed_at", "case_id"),
    # Everything a tally reads: no row is fetched for it.
    Index("ix_cases_counts", "is_open", "desk", "state", "division_code", "assignee_id", "loss_fen"),
)
IS_OPEN = CASES.c.is_open.is_(True)
Index(
    "uq_cases_identity",
    CASES.c.desk, CASES.c.hub_kind, CASES.c.hub_key, CASES.c.typology, CASES.c.offered_as, CASES.c.part,
    unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN,
)  # fmt: skip
NOT_ALERT = CASES.c.offered_as != literal_column("'alert'")
"""The condition that a case was not opened from an alert: few are not, and they have an index of their own, which is
found by these very words."""
Index(
    "ix_cases_offered_as",
    CASES.c.offered_as, CASES.c.is_open, CASES.c.rank_key, CASES.c.case_id,
    sqlite_where=NOT_ALERT, postgresql_where=NOT_ALERT,
)  # fmt: skip
OVERDUE = CASES.c.escalated_at >= dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""The condition that a case's deadline has passed and was told; no closed case is. Written as a range, which SQLite
looks up by its index also where statistics know of no such case."""

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    """A new case number: `C` and ten letters or digits that cannot be mistaken for one another."""
    return "C" + "".join(secrets.choice(_LETTERS) for _ in range(10))


def question(connection: Connection, text: str) -> int:
    """The number of a question's text, kept if it is new."""
    asked = select(CASE_QUESTIONS.c.question_id).where(CASE_QUESTIONS.c.text == text)
    found = connection.execute(asked).scalar_one_or_none()
    if found is None:
        add_new(connection, CASE_QUESTIONS, [{"text": text}])
        found = connection.execute(asked).scalar_one()
    return int(found)


def add(connection: Connection, row: Mapping[str, Any]) -> None:
    """Add a case. Raises IntegrityError where the same desk, hub and typology have an open one."""
    connection.execute(insert(CASES).values(**row))


def change(connection: Connection, case_id: str, version: int, values: Mapping[str, Any]) -> bool:
    """Change a case that still has this version, which goes up by one. False when somebody was faster."""
    done = connection.execute(
        update(CASES)
        .where(CASES.c.case_id == case_id, CASES.c.version == version)
        .values(**values, version=version + 1)
    )
    return done.rowcount == 1


def get(connection: Connection, case_id: str, *conditions: ColumnElement[bool]) -> Row[Any] | None:
    """A case by its number, as far as the conditions let it through."""
    return connection.execute(select(CASES).where(CASES.c.case_id == case_id, *conditions)).first()


def lock(connection: Connection, case_id: str) -> Row[Any] | None:
    """The same, held against other changes until the transaction ends."""
    return connection.execute(select(CASES).where(CASES.c.case_id == case_id).with_for_update()).first()


Identity = tuple[str, str, str, str, str]
"""Desk, hub kind, hub key, typology, what it was offered as."""


def identity(row: Row[Any]) -> Identity:
    """What makes a case the same over refreshes."""
    return (row.desk, row.hub_kind, row.hub_key, row.typology, row.offered_as)


def open_of(connection: Connection, same: Identity) -> list[Row[Any]]:
    """The open cases of an identity: one, or one for each part people split it into. Held until the end."""
    asked = select(CASES).where(*_same(same), IS_OPEN).order_by(CASES.c.part)
    return list(connection.execute(asked.with_for_update()))


def open_at(connection: Connection, desk: str, hub_kind: str, typology: str) -> list[Row[Any]]:
    """Open cases of a desk, a kind of hub and a typology."""
    same = (CASES.c.desk == desk, CASES.c.hub_kind == hub_kind, CASES.c.typology == typology)
    return list(connection.execute(select(CASES).where(IS_OPEN, *same).order_by(CASES.c.case_id)))


def last_closed(connection: Connection, same: Identity) -> Row[Any] | None:
    """The case of an identity that was closed last; None where none was."""
    asked = select(CASES).where(*_same(same), CASES.c.closed_at.is_not(None), CASES.c.state != "merged")
    return connection.execute(asked.order_by(CASES.c.closed_at.desc()).limit(1)).first()


def _same(same: Identity) -> list[ColumnElement[bool]]:
    columns = (CASES.c.desk, CASES.c.hub_kind, CASES.c.hub_key, CASES.c.typology, CASES.c.offered_as)
    return [column == value for column, value in zip(columns, same, strict=True)]


def next_part(connection: Connection, same: Identity) -> int:
    """The number of the next part: above every one there was, open or closed."""
    last = connection.execute(select(func.max(CASES.c.part)).where(*_same(same))).scalar_one()
    return 0 if last is None else int(last) + 1


def due(connection: Connection, now: Any, limit: int) -> list[Row[Any]]:
    """Open cases whose deadline has passed and was not told yet, the longest overdue first."""
    asked = select(CASES).where(CASES.c.is_open == literal(True), CASES.c.due_at <= now, CASES.c.escalated_at.is_(None))
    return list(connection.execute(asked.order_by(CASES.c.due_at, CASES.c.case_id).limit(limit)))


def next_due(connection: Connection) -> Any:
    """The earliest deadline that is still to be looked at; None where no open case has one."""
    asked = select(func.min(CASES.c.due_at)).where(CASES.c.is_open == literal(True), CASES.c.escalated_at.is_(None))
    return connection.execute(asked).scalar_one()


def opened_since(connection: Connection, since: Any) -> dict[str, int]:
    """How many cases of each desk were opened from alerts since a moment."""
    asked = select(CASES.c.desk, func.count()).where(CASES.c.opened_at > since, CASES.c.offered_as == "alert")
    return {str(desk): int(count) for desk, count in connection.execute(asked.group_by(CASES.c.desk))}


Counts = dict[tuple[str, str], int]
"""How many open cases there are by desk and state."""


def counts(connection: Connection) -> Counts:
    """All open cases by desk and state."""
    asked = select(CASES.c.desk, CASES.c.state, func.count()).where(CASES.c.is_open == literal(True))
    found = connection.execute(asked.group_by(CASES.c.desk, CASES.c.state))
    return {(str(desk), str(state)): int(n) for desk, state, n in found}


def listed(connection: Connection, conditions: Sequence[ColumnElement[bool]], limit: int) -> list[Row[Any]]:
    """Cases that meet conditions: open ones first, then those opened last."""
    asked = select(CASES).where(*conditions)
    asked = asked.order_by(CASES.c.is_open.desc(), CASES.c.opened_at.desc(), CASES.c.case_id)
    return list(connection.execute(asked.limit(limit)))


def closed_last(connection: Connection, conditions: Sequence[ColumnElement[bool]], limit: int) -> list[Row[Any]]:
    """Closed cases that meet conditions, those closed last first."""
    asked = select(CASES).where(CASES.c.is_open.is_(False), CASES.c.closed_at.is_not(None), *conditions)
    return list(connection.execute(asked.order_by(CASES.c.closed_at.desc(), CASES.c.case_id).limit(limit)))


def those(connection: Connection, numbers: Sequence[str], conditions: Sequence[ColumnElement[bool]]) -> set[str]:
    """Of some cases the numbers of those that meet conditions."""
    found: set[str] = set()
    for start in range(0, len(numbers), 500):
        few = CASES.c.case_id.in_(numbers[start : start + 500])
        found.update(connection.execute(select(CASES.c.case_id).where(few, *conditions)).scalars())
    return found


def questions_with(connection: Connection, words: Sequence[str]) -> list[int]:
    """Questions whose text holds every word, in either language."""
    asked = select(CASE_QUESTIONS.c.question_id)
    for word in words:
        asked = asked.where(func.lower(CASE_QUESTIONS.c.text).contains(word.lower(), autoescape=True))
    return [int(n) for n in connection.execute(asked).scalars()]
