"""What people said of pairs of a list's row and a person: same, different, unclear. Never changed but taken back.

An answer holds for both records as they were compared (`row_print`, `person_print`): with other data it says nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Double,
    Index,
    Row,
    Table,
    Text,
    and_,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from service.store._columns import METADATA, Moment, Number, Sealed
from service.store.match_rows import MATCH_ROWS

Answer = Literal["same", "different", "unclear"]

MATCH_ANSWERS = Table(
    "match_answers",
    METADATA,
    Column("answer_id", Number, primary_key=True),
    Column("row_hash", Text, nullable=False),
    Column("person_hash", Text, nullable=False),
    Column("row_print", Text, nullable=False),
    Column("person_print", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("division_code", Text),
    Column("source", Text, nullable=False),
    # What the run had found, before anybody spoke; a pair that was drawn says something about all.
    Column("probability", Double, nullable=False),
    Column("found", Text, nullable=False),
    Column("drawn", Boolean, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("answered_at", Moment, nullable=False),
    Column("why", Sealed),
    Column("undone_at", Moment),
    Column("undone_by", Text),
    # One answer to a pair as it is, whoever is asked.
    Index(
        "uq_match_answers_standing",
        "row_hash",
        "person_hash",
        "row_print",
        "person_print",
        unique=True,
        sqlite_where=text("undone_at is null"),
        postgresql_where=text("undone_at is null"),
    ),
    Index("ix_match_answers_answered_by_answer_id", "answered_by", "answer_id"),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it stands; `why` is sealed."""

    answer_id: int
    row_hash: str
    person_hash: str
    row_print: str
    person_print: str
    answer: Answer
    division_code: str | None
    source: str
    probability: float
    found: str
    drawn: bool
    answered_by: str
    answered_at: dt.datetime
    why: bytes | None
    undone_at: dt.datetime | None
    undone_by: str | None


def add(connection: Connection, values: dict[str, Any]) -> int:
    """Keep an answer; its number. Raises IntegrityError where one to the pair as it is stands."""
    key = connection.execute(insert(MATCH_ANSWERS).values(**values)).inserted_primary_key
    assert key is not None  # noqa: S101 - one row was inserted
    return int(key[0])


def standing(connection: Connection, after: int = 0) -> list[Answered]:
    """All answers nobody took back behind a number, oldest first; also those whose records have changed since."""
    asked = select(MATCH_ANSWERS).where(MATCH_ANSWERS.c.undone_at.is_(None), MATCH_ANSWERS.c.answer_id > after)
    return [_answer(row) for row in connection.execute(asked.order_by(MATCH_ANSWERS.c.answer_id))]


def of_pair(connection: Connection, row_hash: str, row_print: str, person_print: str) -> Answered | None:
    """The answer that stands to a pair as it is."""
    asked = select(MATCH_ANSWERS).where(
        MATCH_ANSWERS.c.row_hash == row_hash,
        MATCH_ANSWERS.c.row_print == row_print,
        MATCH_ANSWERS.c.person_print == person_print,
        MATCH_ANSWERS.c.undone_at.is_(None),
    )
    row = connection.execute(asked.limit(1)).first()
    return None if row is None else _answer(row)


def get(connection: Connection, answer_id: int, *conditions: ColumnElement[bool]) -> Answered | None:
    """An answer under conditions; None where there is none."""
    row = connection.execute(select(MATCH_ANSWERS).where(MATCH_ANSWERS.c.answer_id == answer_id, *conditions)).first()
    return None if row is None else _answer(row)


def undo(connection: Connection, answer_id: int, by: str, at: dt.datetime) -> bool:
    """Take an answer back. False where it was before."""
    stands = update(MATCH_ANSWERS).where(MATCH_ANSWERS.c.answer_id == answer_id, MATCH_ANSWERS.c.undone_at.is_(None))
    return connection.execute(stands.values(undone_at=at, undone_by=by)).rowcount == 1


def by_whom(connection: Connection, name: str, limit: int) -> list[Answered]:
    """Somebody's answers that stand, newest first."""
    asked = select(MATCH_ANSWERS).where(MATCH_ANSWERS.c.answered_by == name, MATCH_ANSWERS.c.undone_at.is_(None))
    return [_answer(row) for row in connection.execute(asked.order_by(MATCH_ANSWERS.c.answer_id.desc()).limit(limit))]


def tally(connection: Connection, *conditions: ColumnElement[bool]) -> dict[str, int]:
    """How many answers stand, by what they say."""
    asked = select(MATCH_ANSWERS.c.answer, func.count()).where(MATCH_ANSWERS.c.undone_at.is_(None), *conditions)
    return {str(row[0]): int(row[1]) for row in connection.execute(asked.group_by(MATCH_ANSWERS.c.answer))}


def is_answered() -> ColumnElement[bool]:
    """The condition on MATCH_ROWS that somebody has answered to the pair as it is."""
    same = and_(
        MATCH_ANSWERS.c.row_hash == MATCH_ROWS.c.row_hash,
        MATCH_ANSWERS.c.person_hash == MATCH_ROWS.c.person_hash,
        MATCH_ANSWERS.c.row_print == MATCH_ROWS.c.row_print,
        MATCH_ANSWERS.c.person_print == MATCH_ROWS.c.person_print,
        MATCH_ANSWERS.c.undone_at.is_(None),
    )
    return exists(select(literal(1)).where(same))


def _answer(row: Row[Any]) -> Answered:
    return Answered(**{name: getattr(row, name) for name in Answered.__dataclass_fields__})
