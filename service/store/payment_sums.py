"""Money by item, period, place and run: released, paid, credited, returned, paid again, and how long it took.

An *atom* is one run (or, outside any run, one item and period) in one village: everything larger is a sum of atoms.
Days are kept as counts by whole day, so that medians of any sum are exact.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
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
    delete,
    func,
    insert,
    or_,
    select,
)

from service.store._columns import METADATA, Document, Moment, Number
from service.store.payments import FUNDS_STALE, ITEMS, PAYMENTS, RUN_FUNDS, STEPS, standing

ANSWERS = ("paid", "failed", "returned")
DAY_US = 86_400_000_000

FUNDS = Table(
    "funds",
    METADATA,
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
    # Days from hand-in to the bank's payment: {"3": payments}.
    Column("days_to_pay", Document, nullable=False),
    Index("ix_funds_run_key", "run_key"),
    Index("ix_funds_program_id_period", "program_id", "period"),
    Index("ix_funds_division_code", "division_code"),
)


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
    days_to_pay: dict[str, int] = field(default_factory=dict)

    @property
    def run_key(self) -> str:
        """What the sums are kept by."""
        return f"run/{self.run_id}" if self.run_id else f"item/{self.program_id}/{self.period}"


def runs_of(connection: Connection, disbursement_ids: Sequence[str]) -> list[Row[Any]]:
    """Run, item and period of payments, and of the payments these were paid again for; each once."""
    again = PAYMENTS.alias()
    asked = (
        select(PAYMENTS.c.run_id, PAYMENTS.c.program_id, PAYMENTS.c.period)
        .where(PAYMENTS.c.disbursement_id.in_(disbursement_ids), PAYMENTS.c.until.is_(None))
        .union(
            select(PAYMENTS.c.run_id, PAYMENTS.c.program_id, PAYMENTS.c.period)
            .join(again, again.c.reissue_of == PAYMENTS.c.disbursement_id)
            .where(again.c.disbursement_id.in_(disbursement_ids), PAYMENTS.c.until.is_(None))
        )
    )
    return list(connection.execute(asked))


def answers(at: dt.datetime | None, where: ColumnElement[bool]) -> Any:
    """For each payment that meets `where`, the bank's last answer by a moment: a subquery with `disbursement_id`,
    `stage`, `at`, `amount_fen`."""
    known = and_(STEPS.c.subject == "payment", STEPS.c.stage.in_(ANSWERS))
    if at is not None:
        known = and_(known, STEPS.c.at <= at)
    ranked = (
        select(
            STEPS.c.subject_id.label("disbursement_id"),
            STEPS.c.stage,
            STEPS.c.at,
            STEPS.c.amount_fen,
            func.row_number()
            .over(partition_by=STEPS.c.subject_id, order_by=(STEPS.c.at.desc(), STEPS.c.step.desc()))
            .label("n"),
        )
        .where(known, STEPS.c.subject_id.in_(select(PAYMENTS.c.disbursement_id).where(where)))
        .subquery()
    )
    return select(ranked).where(ranked.c.n == 1).subquery()


def atoms(connection: Connection, where: ColumnElement[bool], at: dt.datetime | None = None) -> list[Atom]:
    """Sums over the payments that meet `where`, as they stood at a moment (None: now)."""
    last = answers(at, where)
    again, again_last = PAYMENTS.alias("again"), answers(at, PAYMENTS.c.reissue_of.is_not(None))
    repaid = (
        select(again.c.reissue_of.label("original"), func.max(again_last.c.at).label("at"))
        .join(again_last, again_last.c.disbursement_id == again.c.disbursement_id)
        .where(again_last.c.stage == "paid", again.c.until.is_(None) if at is None else again.c.known_at <= at)
        .group_by(again.c.reissue_of)
        .subquery()
    )
    asked = (
        select(
            PAYMENTS.c.run_id,
            PAYMENTS.c.program_id,
            PAYMENTS.c.period,
            PAYMENTS.c.division_code,
            PAYMENTS.c.amount_fen,
            PAYMENTS.c.known_at,
            last.c.stage,
            last.c.at,
            last.c.amount_fen.label("answered_fen"),
            repaid.c.at.label("repaid_at"),
        )
        .outerjoin(last, last.c.disbursement_id == PAYMENTS.c.disbursement_id)
        .outerjoin(repaid, repaid.c.original == PAYMENTS.c.disbursement_id)
        # A payment made again is the second try of the first one's money, not more money.
        .where(where, standing(PAYMENTS, at), PAYMENTS.c.reissue_of.is_(None))
    )
    found: dict[tuple[Any, ...], Atom] = {}
    for row in connection.execute(asked.execution_options(yield_per=5_000)):
        key = (row.run_id, row.program_id, row.period, row.division_code)
        atom = found.get(key)
        if atom is None:
            atom = found[key] = Atom(*key)
        _count(atom, row)
    _add_funds(connection, found.values(), at)
    return list(found.values())


def _count(atom: Atom, row: Any) -> None:
    atom.payments += 1
    atom.released_fen += row.amount_fen
    if atom.first_submitted_at is None or row.known_at < atom.first_submitted_at:
        atom.first_submitted_at = row.known_at
    arrived = row.at if row.stage == "paid" else row.repaid_at
    if row.stage == "paid":
        atom.paid_fen += row.amount_fen
        atom.credited_fen += row.amount_fen if row.answered_fen is None else row.answered_fen
    elif row.stage is not None:
        atom.returned_fen += row.amount_fen
        if row.repaid_at is not None:
            atom.repaid_fen += row.amount_fen
    if arrived is None:
        atom.waiting += 1
        atom.waiting_fen += row.amount_fen
        return
    if atom.last_paid_at is None or arrived > atom.last_paid_at:
        atom.last_paid_at = arrived
    days = str(max(0, (arrived - row.known_at) // dt.timedelta(days=1)))
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


def condition_of(keys: Sequence[str]) -> ColumnElement[bool]:
    """The payments behind keys of sums."""
    runs = [key.removeprefix("run/") for key in keys if key.startswith("run/")]
    loose = [key.removeprefix("item/").rpartition("/") for key in keys if key.startswith("item/")]
    outside = [
        and_(PAYMENTS.c.run_id.is_(None), PAYMENTS.c.program_id == item, PAYMENTS.c.period == period)
        for item, _, period in loose
    ]
    return or_(PAYMENTS.c.run_id.in_(runs), *outside)


def replace_sums(connection: Connection, keys: Sequence[tuple[str, int]], made: Sequence[Atom]) -> None:
    """Keep sums in place of those under the same keys; keys that went stale again meanwhile stay marked."""
    names = [key for key, _ in keys]
    connection.execute(delete(FUNDS).where(FUNDS.c.run_key.in_(names)))
    rows = [
        {name: getattr(atom, name) for name in FUNDS.columns.keys() if name != "atom"}  # noqa: SIM118 - no mapping
        for atom in made
    ]
    if rows:
        connection.execute(insert(FUNDS), rows)
    for key, stamp in keys:
        connection.execute(delete(FUNDS_STALE).where(FUNDS_STALE.c.run_key == key, FUNDS_STALE.c.stamp == stamp))


def kept(connection: Connection, where: ColumnElement[bool]) -> list[Atom]:
    """Kept sums that meet a condition on `FUNDS`."""
    names = [name for name in FUNDS.columns.keys() if name not in ("atom", "run_key")]  # noqa: SIM118 - no mapping
    return [
        Atom(**{name: getattr(row, name) for name in names}) for row in connection.execute(select(FUNDS).where(where))
    ]


def limits(connection: Connection) -> dict[str, tuple[str, str | None, int | None]]:
    """Name, department and days from funds to payment of every item."""
    return {
        row.program_id: (row.name, row.department, row.release_limit_days) for row in connection.execute(select(ITEMS))
    }
