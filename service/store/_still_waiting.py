"""Payments the bank has not answered and nobody made again, counted by the database: of most payments of a run that is
under way there is nothing else to say, and to look at each would take ten times as long."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
)

from service.store.payments import PAYMENTS, STEPS

GROUP: Final = ("run_id", "program_id", "period", "division_code")

_DAY_US: Final = 86_400_000_000
_FIRST: Final = dt.date(1700, 1, 1)
"""Days are counted from here, so that none is below zero, where databases round another way."""

_BANK = STEPS.alias("bank")
_OTHER = PAYMENTS.alias("other")


@dataclass(frozen=True, slots=True)
class Apart:
    """The condition on payments that are counted by the database, and on those that are looked at one by one; None
    where there are none."""

    counted: ColumnElement[bool] | None
    looked_at: ColumnElement[bool] | None


def apart(connection: Connection, where: ColumnElement[bool], stages: tuple[str, ...], told: int) -> Apart:
    """How payments that meet a condition are best told apart by whether the bank ever answered with one of some stages,
    or they were made again; of `told` of them one or the other is known."""
    if not told:
        return Apart(where, None)
    if 2 * told >= connection.execute(select(func.count()).select_from(PAYMENTS).where(where)).scalar_one():
        # To tell them apart would take longer than to look at the few others, too.
        return Apart(None, where)
    bank = select(literal(1)).where(
        _BANK.c.subject_id == PAYMENTS.c.disbursement_id, _BANK.c.subject == "payment", _BANK.c.stage.in_(stages)
    )
    again = select(literal(1)).where(_OTHER.c.reissue_of == PAYMENTS.c.disbursement_id)
    known = or_(exists(bank.correlate(PAYMENTS)), exists(again.correlate(PAYMENTS)))
    return Apart(and_(where, ~known), and_(where, known))


def counted(where: ColumnElement[bool]) -> Select[Any]:
    """`GROUP`, `payments`, `fen` and when the `first` was known, of the payments that meet a condition."""
    columns = [PAYMENTS.c[name] for name in GROUP]
    asked = select(
        *columns,
        func.count().label("payments"),
        func.sum(PAYMENTS.c.amount_fen).label("fen"),
        func.min(PAYMENTS.c.known_at).label("first"),
    )
    return asked.where(where).group_by(*columns)


def begun(where: ColumnElement[bool], zone: dt.timezone) -> Select[Any]:
    """`GROUP`, `day` (`day_of` gives the date), `payments` and `fen` of the versions of payments that meet a condition,
    by the local day they became known."""
    return _by_day(where, PAYMENTS.c.known_at, zone)


def ended(where: ColumnElement[bool], zone: dt.timezone) -> Select[Any]:
    """The same by the day a corrected version became known."""
    return _by_day(and_(where, PAYMENTS.c.until.is_not(None)), PAYMENTS.c.until, zone)


def day_of(number: int) -> dt.date:
    """The date of a `day`."""
    return _FIRST + dt.timedelta(days=int(number))


def _by_day(where: ColumnElement[bool], moment: ColumnElement[dt.datetime], zone: dt.timezone) -> Select[Any]:
    # A version known no sooner than the one that corrects it never stood.
    stood = or_(PAYMENTS.c.until.is_(None), PAYMENTS.c.known_at < PAYMENTS.c.until)
    shift = (dt.date(1970, 1, 1) - _FIRST).days * _DAY_US + zone.utcoffset(None) // dt.timedelta(microseconds=1)
    day = (type_coerce(moment, BigInteger) + shift) // _DAY_US
    columns = [*(PAYMENTS.c[name] for name in GROUP), day.label("day")]
    asked = select(*columns, func.count().label("payments"), func.sum(PAYMENTS.c.amount_fen).label("fen"))
    return asked.where(where, stood).group_by(*columns)
