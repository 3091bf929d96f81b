"""Payments of cases. A payment is in at most one open case: an index says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    Row,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from service.store._columns import METADATA, Document, Moment

CASE_MEMBERS = Table(
    "case_members",
    METADATA,
    Column("case_id", Text, ForeignKey("cases.case_id"), primary_key=True),
    Column("disbursement_id", Text, primary_key=True),
    # Whether the case is open and the payment still in it.
    Column("active", Boolean, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("score", Double, nullable=False),
    # Expected within a year if nobody looks.
    Column("loss_fen", BigInteger, nullable=False),
    Column("program_id", Text, nullable=False),
    Column("household_id", Text),
    Column("division_code", Text),
    Column("person_hash", Text),
    Column("card_hash", Text),
    Column("card_last_four", Text, nullable=False),
    Column("selected_by", Text, nullable=False),
    Column("propensity", Double),
    # Codes of the rules that asked: what a remembered explanation is compared with.
    Column("codes", Document, nullable=False),
    Column("outcome", Text),
    Column("decided_at", Moment),
    Index("ix_case_members_disbursement_id", "disbursement_id"),
    Index("ix_case_members_person_hash", "person_hash"),
    Index("ix_case_members_card_hash", "card_hash"),
    Index("ix_case_members_household_id", "household_id"),
)
_ACTIVE = CASE_MEMBERS.c.active.is_(True)
Index(
    "uq_case_members_active",
    CASE_MEMBERS.c.disbursement_id,
    unique=True,
    sqlite_where=_ACTIVE,
    postgresql_where=_ACTIVE,
)

_AT_ONCE = 500


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add members. Raises IntegrityError where a payment is in another open case."""
    if rows:
        connection.execute(insert(CASE_MEMBERS), list(rows))


def of_case(
    connection: Connection, case_id: str, *, after: str = "", limit: int | None = None, active: bool | None = None
) -> list[Row[Any]]:
    """Members of a case by payment number, behind `after`."""
    asked = select(CASE_MEMBERS).where(CASE_MEMBERS.c.case_id == case_id, CASE_MEMBERS.c.disbursement_id > after)
    if active is not None:
        asked = asked.where(CASE_MEMBERS.c.active.is_(active))
    return list(connection.execute(asked.order_by(CASE_MEMBERS.c.disbursement_id).limit(limit)))


def held(connection: Connection, payments: Iterable[str]) -> dict[str, str]:
    """Of some payments those in an open case, with its number."""
    found: dict[str, str] = {}
    wanted = list(payments)
    for start in range(0, len(wanted), _AT_ONCE):
        asked = select(CASE_MEMBERS.c.disbursement_id, CASE_MEMBERS.c.case_id).where(
            _ACTIVE, CASE_MEMBERS.c.disbursement_id.in_(wanted[start : start + _AT_ONCE])
        )
        found.update((str(row[0]), str(row[1])) for row in connection.execute(asked))
    return found


def all_held(connection: Connection) -> dict[str, str]:
    """Every payment in an open case, with its number."""
    asked = select(CASE_MEMBERS.c.disbursement_id, CASE_MEMBERS.c.case_id).where(_ACTIVE)
    return {str(row[0]): str(row[1]) for row in connection.execute(asked)}


def all_decided(connection: Connection) -> set[str]:
    """Every payment a closed case has an outcome for."""
    asked = select(CASE_MEMBERS.c.disbursement_id).where(CASE_MEMBERS.c.outcome.is_not(None))
    return set(connection.execute(asked).scalars())


def change(connection: Connection, case_id: str, payment: str, values: Mapping[str, Any]) -> None:
    """Change one member."""
    connection.execute(
        update(CASE_MEMBERS)
        .where(CASE_MEMBERS.c.case_id == case_id, CASE_MEMBERS.c.disbursement_id == payment)
        .values(**values)
    )


def let_go(connection: Connection, case_id: str, payments: Sequence[str] | None = None) -> None:
    """Members (all, or those named) no longer belong to the open case."""
    gone = update(CASE_MEMBERS).where(CASE_MEMBERS.c.case_id == case_id).values(active=False)
    if payments is None:
        connection.execute(gone)
    for start in range(0, len(payments or ()), _AT_ONCE):
        few = (payments or ())[start : start + _AT_ONCE]
        connection.execute(gone.where(CASE_MEMBERS.c.disbursement_id.in_(few)))


def take_back(connection: Connection, case_id: str) -> None:
    """Members of a case that is opened again. Raises IntegrityError where one is in another open case by now."""
    connection.execute(
        update(CASE_MEMBERS)
        .where(CASE_MEMBERS.c.case_id == case_id, CASE_MEMBERS.c.decided_at.is_not(None))
        .values(active=True, outcome=None, decided_at=None)
    )


def sums(connection: Connection, case_id: str) -> tuple[int, int, int, float]:
    """Number, amount (fen), expected loss (fen) and mean score of the members that are in the case now."""
    asked = select(
        func.count(),
        func.coalesce(func.sum(CASE_MEMBERS.c.amount_fen), 0),
        func.coalesce(func.sum(CASE_MEMBERS.c.loss_fen), 0),
        func.coalesce(func.avg(CASE_MEMBERS.c.score), 0.0),
    ).where(CASE_MEMBERS.c.case_id == case_id, _ACTIVE)
    count, amount, loss, score = connection.execute(asked).one()
    return int(count), int(amount), int(loss), float(score)


def cases_with(
    *, person: str | None = None, card: str | None = None, household: str | None = None, payment: str | None = None
) -> Any:
    """The numbers of cases with a payment of a person, a card (keyed hashes), a household, or a payment: a subquery."""
    asked = select(CASE_MEMBERS.c.case_id)
    for column, value in (
        (CASE_MEMBERS.c.person_hash, person),
        (CASE_MEMBERS.c.card_hash, card),
        (CASE_MEMBERS.c.household_id, household),
        (CASE_MEMBERS.c.disbursement_id, payment),
    ):
        if value is not None:
            asked = asked.where(column == value)
    return asked


def codes_of(connection: Connection, numbers: Sequence[str]) -> dict[str, set[str]]:
    """The codes of the rules that asked, by case."""
    found: dict[str, set[str]] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        few = CASE_MEMBERS.c.case_id.in_(numbers[start : start + _AT_ONCE])
        for row in connection.execute(select(CASE_MEMBERS.c.case_id, CASE_MEMBERS.c.codes).where(few)):
            found.setdefault(str(row.case_id), set()).update(str(code) for code in row.codes)
    return found


def page(
    connection: Connection, case_id: str, after: str, limit: int, conditions: Sequence[ColumnElement[bool]]
) -> list[Row[Any]]:
    """Members that are or were in a case and meet the conditions, by payment number, behind `after`."""
    asked = select(CASE_MEMBERS).where(
        CASE_MEMBERS.c.case_id == case_id, CASE_MEMBERS.c.disbursement_id > after, *conditions
    )
    return list(connection.execute(asked.order_by(CASE_MEMBERS.c.disbursement_id).limit(limit)))


def highest(connection: Connection, numbers: Sequence[str], case_id: str, condition: ColumnElement[bool]) -> str:
    """Of some members of a case, the highest score first, the first that meets a condition; empty where none does."""
    for start in range(0, len(numbers), _AT_ONCE):
        few = numbers[start : start + _AT_ONCE]
        asked = select(CASE_MEMBERS.c.disbursement_id).where(
            CASE_MEMBERS.c.case_id == case_id, CASE_MEMBERS.c.disbursement_id.in_(few), condition
        )
        found = set(connection.execute(asked).scalars())
        if found:
            return next(one for one in few if one in found)
    return ""


def outcomes(connection: Connection, case_id: str) -> dict[str, int]:
    """How many payments of a closed case were found how."""
    asked = select(CASE_MEMBERS.c.outcome, func.count()).where(
        CASE_MEMBERS.c.case_id == case_id, CASE_MEMBERS.c.outcome.is_not(None)
    )
    return {str(found): int(n) for found, n in connection.execute(asked.group_by(CASE_MEMBERS.c.outcome))}


def one(
    connection: Connection, case_id: str, payment: str, conditions: Sequence[ColumnElement[bool]]
) -> Row[Any] | None:
    """A payment that is or was in a case and meets the conditions."""
    asked = select(CASE_MEMBERS).where(
        CASE_MEMBERS.c.case_id == case_id, CASE_MEMBERS.c.disbursement_id == payment, *conditions
    )
    return connection.execute(asked).first()
