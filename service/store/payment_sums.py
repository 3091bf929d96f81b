"""Money by item, period, place and run: released, paid, credited, returned, paid again, and how long it took.

An *atom* is one run (or, outside any run, one item and period) in one village: everything larger is a sum of atoms.
Days are kept as counts by whole day, so that medians of any sum are exact.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Date,
    Index,
    Integer,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    true,
)

from service.store._columns import METADATA, Moment, Number
from service.store._still_waiting import GROUP, apart, counted
from service.store.division_paths import place_of
from service.store.payments import FUNDS_STALE, ITEMS, PAYMENTS, RUN_FUNDS, STEPS, standing

ANSWERS = ("paid", "failed", "returned")


def sum_columns() -> list[Column[Any]]:
    """The columns of a table of sums."""
    return [
        Column("atom", Number, primary_key=True),
        Column("run_key", Text, nullable=False),
        Column("run_id", Text),
        Column("program_id", Text, nullable=False),
        Column("period", Text, nullable=False),
        Column("division_code", Text, nullable=False),
        Column("payments", Integer, nullable=False),
        Column("released_fen", BigInteger, nullable=False),
        Column("paid_fen", BigInteger, nullable=False),
        Column("credited_fen", BigInteger, nullable=False),
        Column("returned_fen", BigInteger, nullable=False),
        Column("repaid_fen", BigInteger, nullable=False),
        Column("waiting", Integer, nullable=False),
        Column("waiting_fen", BigInteger, nullable=False),
        Column("first_submitted_at", Moment),
        Column("last_paid_at", Moment),
        Column("funds_received_on", Date),
    ]


def day_columns() -> list[Column[Any]]:
    """The columns of a table of payments by whole days from hand-in to the bank's payment."""
    return [
        Column("row", Number, primary_key=True),
        Column("run_key", Text, nullable=False),
        Column("program_id", Text, nullable=False),
        Column("period", Text, nullable=False),
        Column("division_code", Text, nullable=False),
        Column("days", Integer, nullable=False),
        Column("payments", Integer, nullable=False),
    ]


FUNDS = Table(
    "funds",
    METADATA,
    *sum_columns(),
    Index("ix_funds_run_key", "run_key"),
    Index("ix_funds_program_id_period", "program_id", "period"),
    Index("ix_funds_division_code", "division_code"),
)

FUNDS_DAYS = Table("funds_days", METADATA, *day_columns(), Index("ix_funds_days_run_key", "run_key"))


@dataclass(slots=True)
class Atom:
    """Sums of one run in one village; money in fen. `waiting` is released, and neither paid nor paid again."""

    run_id: str | None
    program_id: str
    period: str
    division_code: str
    payments: int = 0
    released_fen: int = 0
    paid_fen: int = 0
    credited_fen: int = 0
    returned_fen: int = 0
    repaid_fen: int = 0
    waiting: int = 0
    waiting_fen: int = 0
    first_submitted_at: dt.datetime | None = None
    last_paid_at: dt.datetime | None = None
    funds_received_on: dt.date | None = None
    days_to_pay: dict[int, int] = field(default_factory=dict)

    @property
    def run_key(self) -> str:
        """What the sums are kept by."""
        return f"run/{self.run_id}" if self.run_id else f"item/{self.program_id}/{self.period}"


_AGAIN = PAYMENTS.alias()
_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
# Made once: it is asked many times a second.
_RUNS_OF = (
    select(PAYMENTS.c.run_id, PAYMENTS.c.program_id, PAYMENTS.c.period)
    .where(PAYMENTS.c.disbursement_id.in_(_IDS), PAYMENTS.c.until.is_(None))
    .union(
        select(PAYMENTS.c.run_id, PAYMENTS.c.program_id, PAYMENTS.c.period)
        .join(_AGAIN, _AGAIN.c.reissue_of == PAYMENTS.c.disbursement_id)
        .where(_AGAIN.c.disbursement_id.in_(_IDS), PAYMENTS.c.until.is_(None))
    )
)


def runs_of(connection: Connection, disbursement_ids: Sequence[str]) -> list[Row[Any]]:
    """Run, item and period of payments, and of the payments these were paid again for; each once."""
    return list(connection.execute(_RUNS_OF, {"ids": list(disbursement_ids)}))


_NOT_STALE = delete(FUNDS_STALE).where(FUNDS_STALE.c.run_key.in_(bindparam("keys", expanding=True)))
_STALE = insert(FUNDS_STALE)


def mark_stale(connection: Connection, keys: Sequence[str], seq: int) -> None:
    """Mark sums as stale since a batch; of what was marked before the newest batch counts."""
    connection.execute(_NOT_STALE, {"keys": list(keys)})
    connection.execute(_STALE, [{"run_key": key, "stamp": seq} for key in keys])


def _answers(connection: Connection, at: dt.datetime | None, where: ColumnElement[bool]) -> dict[str, Any]:
    """The bank's last answer by a moment to each payment that meets `where`."""
    known = and_(STEPS.c.subject == "payment", STEPS.c.stage.in_(ANSWERS))
    if at is not None:
        known = and_(known, STEPS.c.at <= at)
    # Joined rather than ranked in SQL: SQLite goes through a ranked subquery once for every payment.
    asked = (
        select(STEPS.c.subject_id, STEPS.c.stage, STEPS.c.at, STEPS.c.amount_fen)
        .join(PAYMENTS, and_(PAYMENTS.c.disbursement_id == STEPS.c.subject_id, PAYMENTS.c.until.is_(None)))
        .where(known, where)
        .order_by(STEPS.c.at, STEPS.c.step)
    )
    return {row.subject_id: row for row in connection.execute(asked.execution_options(yield_per=5_000))}


def _repaid(connection: Connection, at: dt.datetime | None, where: ColumnElement[bool]) -> dict[str, dt.datetime]:
    """When payments made in place of a returned one were paid, by the number of the first."""
    first, again = PAYMENTS, PAYMENTS.alias("again")
    asked = (
        select(again.c.reissue_of, STEPS.c.stage, STEPS.c.at)
        .select_from(first)
        .join(again, again.c.reissue_of == first.c.disbursement_id)
        .join(STEPS, and_(STEPS.c.subject == "payment", STEPS.c.subject_id == again.c.disbursement_id))
        .where(where, first.c.until.is_(None), again.c.until.is_(None), STEPS.c.stage.in_(ANSWERS))
        .order_by(STEPS.c.at, STEPS.c.step)
    )
    if at is not None:
        asked = asked.where(STEPS.c.at <= at, again.c.known_at <= at)
    last = {row.reissue_of: (row.stage, row.at) for row in connection.execute(asked)}
    return {number: moment for number, (stage, moment) in last.items() if stage == "paid"}


def atoms(connection: Connection, where: ColumnElement[bool], at: dt.datetime | None = None) -> list[Atom]:
    """Sums over the payments that meet `where`, as they stood at a moment (None: now)."""
    last, repaid = _answers(connection, at, where), _repaid(connection, at, where)
    # A payment made again is the second try of the first one's money, not more money.
    every = and_(where, standing(PAYMENTS, at), PAYMENTS.c.reissue_of.is_(None))
    how = apart(connection, every, ANSWERS, len(last) + len(repaid))
    found: dict[tuple[Any, ...], Atom] = {}
    for row in connection.execute(counted(how.counted)) if how.counted is not None else ():
        key: tuple[Any, ...] = tuple(row[:4])
        atom = found[key] = Atom(*key)
        atom.payments = atom.waiting = int(row.payments)
        atom.released_fen = atom.waiting_fen = int(row.fen)
        atom.first_submitted_at = row.first
    if how.looked_at is not None:
        columns = [PAYMENTS.c[name] for name in ("disbursement_id", *GROUP, "amount_fen", "known_at")]
        asked = select(*columns).where(how.looked_at)
        for row in connection.execute(asked.execution_options(yield_per=5_000)):
            key = (row.run_id, row.program_id, row.period, row.division_code)
            if key not in found:
                found[key] = Atom(*key)
            _count(found[key], row, last.get(row.disbursement_id), repaid.get(row.disbursement_id))
    _add_funds(connection, found.values(), at)
    return list(found.values())


def _count(atom: Atom, row: Any, answer: Any, repaid_at: dt.datetime | None) -> None:
    atom.payments += 1
    atom.released_fen += row.amount_fen
    if atom.first_submitted_at is None or row.known_at < atom.first_submitted_at:
        atom.first_submitted_at = row.known_at
    arrived = repaid_at
    if answer is not None and answer.stage == "paid":
        arrived = answer.at
        atom.paid_fen += row.amount_fen
        atom.credited_fen += row.amount_fen if answer.amount_fen is None else answer.amount_fen
    elif answer is not None:
        atom.returned_fen += row.amount_fen
        if repaid_at is not None:
            atom.repaid_fen += row.amount_fen
    if arrived is None:
        atom.waiting += 1
        atom.waiting_fen += row.amount_fen
        return
    if atom.last_paid_at is None or arrived > atom.last_paid_at:
        atom.last_paid_at = arrived
    days = max(0, (arrived - row.known_at) // dt.timedelta(days=1))
    atom.days_to_pay[days] = atom.days_to_pay.get(days, 0) + 1


def _add_funds(connection: Connection, found: Iterable[Atom], at: dt.datetime | None) -> None:
    """When each run's funds came."""
    listed = list(found)
    runs = sorted({atom.run_id for atom in listed if atom.run_id})
    came: dict[str, dt.date] = {}
    for start in range(0, len(runs), 5_000):
        asked = select(RUN_FUNDS.c.run_id, RUN_FUNDS.c.funds_received_on).where(
            RUN_FUNDS.c.run_id.in_(runs[start : start + 5_000]), standing(RUN_FUNDS, at)
        )
        came.update({row.run_id: row.funds_received_on for row in connection.execute(asked)})
    for atom in listed:
        atom.funds_received_on = came.get(atom.run_id) if atom.run_id else None


def stale_keys(connection: Connection, at_most: int) -> list[tuple[str, int]]:
    """Sums to be made again, oldest first, with their stamp."""
    asked = select(FUNDS_STALE.c.run_key, FUNDS_STALE.c.stamp).order_by(FUNDS_STALE.c.stamp).limit(at_most)
    return [(row.run_key, row.stamp) for row in connection.execute(asked)]


def every_key(connection: Connection) -> list[str]:
    """What all sums are kept by."""
    return [str(key) for key in connection.execute(select(FUNDS.c.run_key).distinct()).scalars()]


def condition_of(keys: Sequence[str]) -> ColumnElement[bool]:
    """The payments behind keys of sums."""
    runs = [key.removeprefix("run/") for key in keys if key.startswith("run/")]
    loose = [key.removeprefix("item/").rpartition("/") for key in keys if key.startswith("item/")]
    outside = [
        and_(PAYMENTS.c.run_id.is_(None), PAYMENTS.c.program_id == item, PAYMENTS.c.period == period)
        for item, _, period in loose
    ]
    return or_(PAYMENTS.c.run_id.in_(runs), *outside)


def sum_rows(made: Iterable[Atom]) -> list[dict[str, Any]]:
    """Sums as rows of a table with `sum_columns`."""
    names = [name for name in FUNDS.columns.keys() if name != "atom"]  # noqa: SIM118 - no mapping
    return [{name: getattr(atom, name) for name in names} for atom in made]


def day_rows(made: Iterable[Atom]) -> list[dict[str, Any]]:
    """Payments by days to pay as rows of a table with `day_columns`."""
    return [
        {
            "run_key": atom.run_key,
            "program_id": atom.program_id,
            "period": atom.period,
            "division_code": atom.division_code,
            "days": days,
            "payments": payments,
        }
        for atom in made
        for days, payments in atom.days_to_pay.items()
    ]


ADDED = (
    "payments",
    "released_fen",
    "paid_fen",
    "credited_fen",
    "returned_fen",
    "repaid_fen",
    "waiting",
    "waiting_fen",
)
"""Columns of atoms that add up."""


def kept(
    connection: Connection,
    where: ColumnElement[bool],
    by: Sequence[str] = ("period", "division_code"),
    *,
    places: Sequence[str] = (),
    table: Table = FUNDS,
) -> list[Atom]:
    """Kept sums that meet a condition on `table`, of each run and item; apart `by` period and village, or together
    (the columns left out of `by` are then empty).

    `places`: villages stand under that one of these divisions they lie in, and `division_code` names it; others are
    left out.
    """
    place = place_of(places) if places and "division_code" in by else None
    columns = [
        place.c.place.label("division_code") if place is not None and name == "division_code" else table.c[name]
        for name in ("run_id", "program_id", *by)
    ]
    asked = (
        select(
            *columns,
            *(func.sum(table.c[name]).label(name) for name in ADDED),
            func.min(table.c.first_submitted_at).label("first_submitted_at"),
            func.max(table.c.last_paid_at).label("last_paid_at"),
            func.max(table.c.funds_received_on).label("funds_received_on"),
        )
        .where(where)
        .group_by(*columns)
    )
    if place is not None:
        asked = asked.join(place, place.c.division_code == table.c.division_code)
    numbers = set(ADDED)
    made = []
    for row in connection.execute(asked).mappings():
        values: dict[str, Any] = {name: int(value) if name in numbers else value for name, value in row.items()}
        made.append(Atom(**{"period": "", "division_code": "", **values}))
    return made


def kept_days(
    connection: Connection, where: ColumnElement[bool], by: Sequence[str], table: Table = FUNDS_DAYS
) -> list[tuple[tuple[str, ...], int, int]]:
    """(group, days, payments) of kept sums that meet a condition on `table`, grouped `by` columns."""
    columns = [table.c[name] for name in by]
    asked = select(*columns, table.c.days, func.sum(table.c.payments)).where(where)
    found = connection.execute(asked.group_by(*columns, table.c.days))
    return [(tuple(row[: len(columns)]), int(row[-2]), int(row[-1])) for row in found]


def runs_named(column: ColumnElement[Any], keys: Collection[str]) -> ColumnElement[bool]:
    """The condition that sums are kept by one of some keys. Of very many it leaves nothing out: no database takes a
    list without end, and looking through everything is no slower then."""
    return column.in_(sorted(keys)) if len(keys) <= 5_000 else true()


def received(connection: Connection, where: ColumnElement[bool], at: dt.datetime | None) -> list[tuple[str, str, int]]:
    """(program_id, period, fen) of the funds that came for runs that meet a condition on `RUN_FUNDS`, by a moment."""
    asked = select(RUN_FUNDS.c.program_id, RUN_FUNDS.c.period, func.sum(RUN_FUNDS.c.funds_fen))
    asked = asked.where(where, standing(RUN_FUNDS, at), RUN_FUNDS.c.funds_fen.is_not(None))
    found = connection.execute(asked.group_by(RUN_FUNDS.c.program_id, RUN_FUNDS.c.period))
    return [(str(item), str(period), int(fen)) for item, period, fen in found]


def limits(connection: Connection) -> dict[str, tuple[str, str | None, int | None]]:
    """Name, department and days from funds to payment of every item."""
    return {
        row.program_id: (row.name, row.department, row.release_limit_days) for row in connection.execute(select(ITEMS))
    }
