"""Payments that are asked about before they are paid, until a person decides or the deadline passes.

Nothing here stops a payment: a row that nobody decided releases itself, and what a person decides is told to whoever
pays. One row is one question: a payment as of one moment of submission, whoever had it scored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Double,
    Index,
    Row,
    Table,
    Text,
    UniqueConstraint,
    exists,
    func,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from service.store._columns import METADATA, Moment, Number, Sealed
from service.store.run_rows import RUN_ROWS
from service.store.runs import RUNS
from service.store.scores import ALERT, SCORES

Outcome = Literal["release", "correct"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("release", "correct")

VERIFICATIONS = Table(
    "verifications",
    METADATA,
    Column("verification", Number, primary_key=True),
    Column("disbursement_id", Text, nullable=False),
    # The run it was asked in first, our number; NULL for a payment scored on its own.
    Column("run", Number),
    Column("run_id", Text),
    Column("program_id", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("division_code", Text),
    Column("household_id", Text),
    Column("card_last_four", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("score", Double, nullable=False),
    Column("desk", Text, nullable=False),
    Column("typology", Text, nullable=False),
    Column("suspect_role", Text, nullable=False),
    Column("as_of", Moment, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("deadline", Moment, nullable=False),
    Column("state", Text, nullable=False),  # waiting, released, corrected
    # person or deadline; NULL while it waits.
    Column("decided_how", Text),
    Column("decided_by_id", Number),
    Column("decided_by", Text),
    Column("decided_at", Moment),
    # What the person wrote may name people.
    Column("reason", Sealed),
    UniqueConstraint("disbursement_id", "as_of"),
    Index("ix_verifications_state_deadline", "state", "deadline"),
    Index("ix_verifications_division_code", "division_code"),
    Index("ix_verifications_run", "run"),
)


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add questions (every column but `verification` and those of the decision). One that is there stays as it is."""
    if not rows:
        return
    made = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    connection.execute(made(VERIFICATIONS).on_conflict_do_nothing(), [{**row, "state": "waiting"} for row in rows])


def unasked(connection: Connection, limit: int, disbursement_id: str | None = None) -> list[dict[str, Any]]:
    """Scores before payment that recommend `verify` and about which no question is kept: those of payments scored one
    by one, of one payment where it is named."""
    asked = select(SCORES).where(
        ALERT,
        SCORES.c.recommendation == "verify",
        SCORES.c.kind == "before",
        SCORES.c.deadline.is_not(None),
        ~exists(
            select(literal(1)).where(
                VERIFICATIONS.c.disbursement_id == SCORES.c.disbursement_id, VERIFICATIONS.c.as_of == SCORES.c.as_of
            )
        ),
    )
    if disbursement_id is not None:
        asked = asked.where(SCORES.c.disbursement_id == disbursement_id)
    found = connection.execute(asked.order_by(SCORES.c.score_id).limit(limit)).mappings()
    return [dict(row) for row in found]


def whose_score(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition that some score a question rests on meets a condition on SCORES."""
    return exists(
        select(literal(1)).where(
            SCORES.c.disbursement_id == VERIFICATIONS.c.disbursement_id,
            SCORES.c.kind == "before",
            SCORES.c.as_of == VERIFICATIONS.c.as_of,
            condition,
        )
    )


def states(connection: Connection, ids: Sequence[str]) -> dict[tuple[str, dt.datetime], str]:
    """The state of every question about these payments, by payment and moment of submission."""
    found: dict[tuple[str, dt.datetime], str] = {}
    for start in range(0, len(ids), 500):
        asked = select(VERIFICATIONS.c.disbursement_id, VERIFICATIONS.c.as_of, VERIFICATIONS.c.state)
        asked = asked.where(VERIFICATIONS.c.disbursement_id.in_(ids[start : start + 500]))
        found |= {(str(row.disbursement_id), row.as_of): str(row.state) for row in connection.execute(asked)}
    return found


def last_of(connection: Connection, disbursement_id: str, *conditions: ColumnElement[bool]) -> Row[Any] | None:
    """The newest question about a payment, held by the caller's transaction; None where nothing was asked."""
    asked = select(VERIFICATIONS).where(VERIFICATIONS.c.disbursement_id == disbursement_id, *conditions)
    return connection.execute(asked.order_by(VERIFICATIONS.c.verification.desc()).limit(1).with_for_update()).first()


def due(connection: Connection, now: dt.datetime, limit: int) -> list[Row[Any]]:
    """Questions still open whose deadline has passed, the oldest deadline first, held by the caller's transaction."""
    asked = select(VERIFICATIONS).where(VERIFICATIONS.c.state == "waiting", VERIFICATIONS.c.deadline <= now)
    asked = asked.order_by(VERIFICATIONS.c.deadline, VERIFICATIONS.c.verification).limit(limit)
    return list(connection.execute(asked.with_for_update()))


def next_deadline(connection: Connection) -> dt.datetime | None:
    """The first deadline of all open questions; None where nothing waits."""
    asked = select(VERIFICATIONS.c.deadline).where(VERIFICATIONS.c.state == "waiting")
    found = connection.execute(asked.order_by(VERIFICATIONS.c.deadline).limit(1)).scalar()
    return found if isinstance(found, dt.datetime) else None


def settle(connection: Connection, verification: int, **values: Any) -> bool:
    """Close an open question; False where it is closed already."""
    changed = update(VERIFICATIONS).where(
        VERIFICATIONS.c.verification == verification, VERIFICATIONS.c.state == "waiting"
    )
    return connection.execute(changed.values(**values)).rowcount == 1


def places_on_open_lists(connection: Connection, ids: Sequence[str]) -> list[Row[Any]]:
    """`run`, `place`, `disbursement_id`, `as_of` wherever these payments stand on the verify list of a run whose
    lists nobody has signed."""
    found: list[Row[Any]] = []
    for start in range(0, len(ids), 500):
        asked = (
            select(RUN_ROWS.c.run, RUN_ROWS.c.place, RUN_ROWS.c.disbursement_id, RUN_ROWS.c.as_of)
            .join(RUNS, RUNS.c.run == RUN_ROWS.c.run)
            .where(
                RUN_ROWS.c.disbursement_id.in_(ids[start : start + 500]),
                RUN_ROWS.c.list == "verify",
                RUNS.c.state != "signed",
            )
        )
        found += connection.execute(asked)
    return found


def page(
    connection: Connection, after: int, limit: int, *conditions: ColumnElement[bool], state: str | None = "waiting"
) -> list[Row[Any]]:
    """Questions behind a number, in the order they were asked; of one state, or of all where it is None."""
    asked = select(VERIFICATIONS).where(VERIFICATIONS.c.verification > after, *conditions)
    if state is not None:
        asked = asked.where(VERIFICATIONS.c.state == state)
    return list(connection.execute(asked.order_by(VERIFICATIONS.c.verification).limit(limit)))


def by_deadline(
    connection: Connection,
    after: tuple[dt.datetime, int] | None,
    limit: int,
    *conditions: ColumnElement[bool],
    waiting: bool = True,
) -> list[Row[Any]]:
    """Questions that wait, the first deadline first; or those that are closed, the last deadline first. Behind a
    deadline and number."""
    at, number = VERIFICATIONS.c.deadline, VERIFICATIONS.c.verification
    asked = select(VERIFICATIONS).where(*conditions)
    if waiting:
        asked = asked.where(VERIFICATIONS.c.state == "waiting").order_by(at, number)
    else:
        asked = asked.where(VERIFICATIONS.c.state != "waiting").order_by(at.desc(), number.desc())
    if after is not None:
        place = tuple_(at, number)
        behind = tuple_(literal(after[0], at.type), literal(after[1], number.type))
        asked = asked.where(place > behind if waiting else place < behind)
    return list(connection.execute(asked.limit(limit)))


def newest(connection: Connection, disbursement_id: str, *conditions: ColumnElement[bool]) -> Row[Any] | None:
    """The newest question about a payment, to be looked at."""
    asked = select(VERIFICATIONS).where(VERIFICATIONS.c.disbursement_id == disbursement_id, *conditions)
    return connection.execute(asked.order_by(VERIFICATIONS.c.verification.desc()).limit(1)).first()


def waiting_until(
    connection: Connection, until: dt.datetime | None, *conditions: ColumnElement[bool]
) -> tuple[int, int]:
    """How many questions wait, and for how much money (fen); those with a deadline up to a moment where it is given."""
    asked = select(func.count(), func.coalesce(func.sum(VERIFICATIONS.c.amount_fen), 0))
    asked = asked.where(VERIFICATIONS.c.state == "waiting", *conditions)
    if until is not None:
        asked = asked.where(VERIFICATIONS.c.deadline <= until)
    count, fen = connection.execute(asked).one()
    return int(count), int(fen)


def first_deadlines(connection: Connection, runs: Sequence[int]) -> dict[int, dt.datetime]:
    """The first deadline of the open questions of each run; runs without one are left out."""
    asked = select(VERIFICATIONS.c.run, func.min(VERIFICATIONS.c.deadline).label("first"))
    asked = asked.where(VERIFICATIONS.c.run.in_(list(runs)), VERIFICATIONS.c.state == "waiting")
    return {int(row.run): row.first for row in connection.execute(asked.group_by(VERIFICATIONS.c.run))} if runs else {}


def of_list(
    connection: Connection, run: int, after: int, limit: int, *conditions: ColumnElement[bool]
) -> list[Row[Any]]:
    """The verify list of a run behind a place, in order: the columns of VERIFICATIONS and `place`."""
    asked = (
        select(VERIFICATIONS, RUN_ROWS.c.place)
        .select_from(RUN_ROWS)
        .join(
            VERIFICATIONS,
            (VERIFICATIONS.c.disbursement_id == RUN_ROWS.c.disbursement_id)
            & (VERIFICATIONS.c.as_of == RUN_ROWS.c.as_of),
        )
        .where(RUN_ROWS.c.run == run, RUN_ROWS.c.list == "verify", RUN_ROWS.c.place > after, *conditions)
    )
    return list(connection.execute(asked.order_by(RUN_ROWS.c.place).limit(limit)))


def sealed_reasons(connection: Connection, ids: Sequence[str]) -> dict[tuple[str, dt.datetime], bytes | None]:
    """The sealed reasons of the newest score before payment, by payment and moment of submission."""
    found: dict[tuple[str, dt.datetime], bytes | None] = {}
    for start in range(0, len(ids), 500):
        asked = select(SCORES.c.disbursement_id, SCORES.c.as_of, SCORES.c.reasons).where(
            SCORES.c.disbursement_id.in_(ids[start : start + 500]), SCORES.c.kind == "before"
        )
        for row in connection.execute(asked.order_by(SCORES.c.score_id)):
            found[str(row.disbursement_id), row.as_of] = row.reasons
    return found


def counts(connection: Connection) -> dict[str, int]:
    """How many questions are in each state."""
    found = connection.execute(select(VERIFICATIONS.c.state, func.count()).group_by(VERIFICATIONS.c.state))
    return {**dict.fromkeys(("waiting", "released", "corrected"), 0), **{str(s): int(n) for s, n in found}}
