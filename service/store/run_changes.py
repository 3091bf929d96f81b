"""What differs between a run and the last one of the same program and division: who is new, who is gone, whose amount
or card is another. Kept when the run was scored, so that it says later what it said then."""

from __future__ import annotations

from typing import Any, Final, Literal

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Subquery,
    Table,
    Text,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
)

from service.store._columns import METADATA, Number
from service.store.run_rows import RUN_ROWS

Change = Literal["new", "gone", "amount", "card"]
CHANGES: Final[tuple[Change, ...]] = ("new", "gone", "amount", "card")

RUN_CHANGES = Table(
    "run_changes",
    METADATA,
    Column("run", Number, primary_key=True),
    Column("change", Text, primary_key=True),
    # The person's first place in this run; for `gone` in the run before.
    Column("place", Number, primary_key=True, autoincrement=False),
    Column("disbursement_id", Text),
    Column("before_disbursement_id", Text),
    Column("scope_code", Text),
    Column("division_code", Text, nullable=False),
    Column("household_id", Text),
    # All rows of the person together.
    Column("rows", BigInteger, nullable=False),
    Column("before_rows", BigInteger, nullable=False),
    Column("amount_fen", BigInteger),
    Column("before_amount_fen", BigInteger),
    Column("card_last_four", Text),
    Column("before_card_last_four", Text),
)


def keep(connection: Connection, run: int, before: int) -> None:
    """Keep the differences between two runs; those kept earlier for the run are dropped first."""
    connection.execute(delete(RUN_CHANGES).where(RUN_CHANGES.c.run == run))
    now, then = _by_person(run, "now_"), _by_person(before, "then_")
    both = now.join(then, now.c.person_hash == then.c.person_hash)
    columns = [column.name for column in RUN_CHANGES.columns]
    found: dict[Change, Select[Any]] = {
        "new": _told(run, "new", now, None)
        .select_from(now.outerjoin(then, now.c.person_hash == then.c.person_hash))
        .where(then.c.person_hash.is_(None)),
        "gone": _told(run, "gone", None, then)
        .select_from(then.outerjoin(now, now.c.person_hash == then.c.person_hash))
        .where(now.c.person_hash.is_(None)),
        "amount": _told(run, "amount", now, then).select_from(both).where(now.c.amount != then.c.amount),
        "card": _told(run, "card", now, then)
        .select_from(both)
        .where(or_(now.c.first_card != then.c.first_card, now.c.last_card != then.c.last_card)),
    }
    for change in CHANGES:
        connection.execute(insert(RUN_CHANGES).from_select(columns, found[change]))


def _by_person(run: int, name: str) -> Subquery:
    """Each person of a run: first place, rows, amount, first and last card by hash, with the row of the first place."""
    summed = (
        select(
            RUN_ROWS.c.person_hash,
            func.min(RUN_ROWS.c.place).label("place"),
            func.count().label("count"),
            func.sum(RUN_ROWS.c.amount_fen).label("amount"),
            func.min(RUN_ROWS.c.card_hash).label("first_card"),
            func.max(RUN_ROWS.c.card_hash).label("last_card"),
        )
        .where(RUN_ROWS.c.run == run)
        .group_by(RUN_ROWS.c.person_hash)
        .subquery(f"{name}summed")
    )
    row = RUN_ROWS.alias(f"{name}row")
    shown = (row.c.disbursement_id, row.c.scope_code, row.c.division_code, row.c.household_id, row.c.card_last_four)
    return (
        select(summed, *shown).join(row, (row.c.run == run) & (row.c.place == summed.c.place)).subquery(f"{name}people")
    )


def _told(run: int, change: Change, now: Subquery | None, then: Subquery | None) -> Select[Any]:
    """The columns of RUN_CHANGES, in order, from a person's rows now and then; one of the two may be missing."""
    one = now if now is not None else then
    assert one is not None  # noqa: S101 - called with at least one of the two
    nothing: ColumnElement[Any] = null()
    return select(
        literal(run).label("run"),
        literal(change).label("change"),
        one.c.place,
        now.c.disbursement_id if now is not None else nothing,
        then.c.disbursement_id if then is not None else nothing,
        one.c.scope_code,
        one.c.division_code,
        one.c.household_id,
        now.c.count if now is not None else literal(0),
        then.c.count if then is not None else literal(0),
        now.c.amount if now is not None else nothing,
        then.c.amount if then is not None else nothing,
        now.c.card_last_four if now is not None else nothing,
        then.c.card_last_four if then is not None else nothing,
    )


def counts(connection: Connection, run: int) -> dict[str, int]:
    """How many people of each change."""
    asked = select(RUN_CHANGES.c.change, func.count()).where(RUN_CHANGES.c.run == run).group_by(RUN_CHANGES.c.change)
    found = {str(change): int(count) for change, count in connection.execute(asked)}
    return {change: found.get(change, 0) for change in CHANGES}


def page(
    connection: Connection, run: int, change: Change, after: int, limit: int, *conditions: ColumnElement[bool]
) -> list[Row[Any]]:
    """Changes of one kind behind a place, in order."""
    asked = select(RUN_CHANGES).where(RUN_CHANGES.c.run == run, RUN_CHANGES.c.change == change)
    asked = asked.where(RUN_CHANGES.c.place > after, *conditions)
    return list(connection.execute(asked.order_by(RUN_CHANGES.c.place).limit(limit)))
