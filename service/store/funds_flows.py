"""How sums of money changed from day to day: added up to a day they are the sums as they stood when it ended.

A flow is a difference, so a payment that was corrected, or an answer that was taken back, takes away again what it had
added. `days` tells arrivals apart by whole days from hand-in to payment, so that medians of an earlier day are exact.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    Index,
    Integer,
    Table,
    Text,
    and_,
    case,
    func,
    select,
)

from service.store._columns import METADATA, Number
from service.store._still_waiting import GROUP, apart, begun, day_of, ended
from service.store.division_paths import place_of
from service.store.payment_sums import ADDED, ANSWERS, Atom
from service.store.payments import PAYMENTS, RUN_FUNDS, STEPS, standing


def flow_columns() -> list[Column[Any]]:
    """The columns of a table of flows."""
    return [
        Column("flow", Number, primary_key=True),
        Column("run_key", Text, nullable=False),
        Column("run_id", Text),
        Column("program_id", Text, nullable=False),
        Column("period", Text, nullable=False),
        Column("division_code", Text, nullable=False),
        Column("day", Date, nullable=False),  # in the deployment's time zone
        Column("days", Integer),  # from hand-in to payment, of those that arrived; NULL for what is no arrival
        Column("arrived", Integer, nullable=False),
        Column("payments", Integer, nullable=False),
        Column("released_fen", BigInteger, nullable=False),
        Column("paid_fen", BigInteger, nullable=False),
        Column("credited_fen", BigInteger, nullable=False),
        Column("returned_fen", BigInteger, nullable=False),
        Column("repaid_fen", BigInteger, nullable=False),
        Column("waiting", Integer, nullable=False),
        Column("waiting_fen", BigInteger, nullable=False),
    ]


FUNDS_FLOWS = Table(
    "funds_flows",
    METADATA,
    *flow_columns(),
    Index("ix_funds_flows_run_key", "run_key"),
    Index("ix_funds_flows_division_code", "division_code"),
    Index("ix_funds_flows_program_id_period", "program_id", "period"),
)

_DAY: Final = dt.timedelta(days=1)
_CHANGES: Final = ("arrived", *ADDED)

Answer = tuple[dt.datetime, str, int | None]
"""When the bank answered, what, and what it credited (fen) where it says."""


@dataclass(frozen=True, slots=True)
class _State:
    """What one payment adds to the sums, in the order of `_CHANGES`; `days`: see the module."""

    days: int | None
    values: tuple[int, ...]


_NOTHING: Final = _State(None, (0,) * len(_CHANGES))


def flows_of(connection: Connection, where: ColumnElement[bool], zone: dt.timezone) -> list[dict[str, Any]]:
    """The flows of the payments that meet a condition, every version of them, as rows of
    a table with `flow_columns`."""
    made: dict[tuple[Any, ...], list[int]] = {}
    for group, day, days, values in _flows(connection, where, zone):
        held = made.setdefault((*group, day, days), [0] * len(_CHANGES))
        for place, value in enumerate(values):
            held[place] += value
    named = ("run_id", "program_id", "period", "division_code", "day", "days")
    return [
        {**dict(zip(named, key, strict=True)), **dict(zip(_CHANGES, values, strict=True)), "run_key": _key(key)}
        for key, values in made.items()
        if any(values)
    ]


def until(
    connection: Connection,
    where: ColumnElement[bool],
    day: dt.date,
    by: Sequence[str],
    zone: dt.timezone,
    *,
    places: Sequence[str] = (),
    table: Table = FUNDS_FLOWS,
) -> list[Atom]:
    """Sums as they stood when a day ended, as `payment_sums.kept` gives those of now: of each run and item, apart `by`
    columns; `places` as there. `where` is on `table`. When funds came is not
    told (`funds_came`), and the last payment to the day."""
    place = place_of(places) if places and "division_code" in by else None
    columns = [
        place.c.place.label("division_code") if place is not None and name == "division_code" else table.c[name]
        for name in ("run_id", "program_id", *by)
    ]
    asked = (
        select(
            *columns,
            *(func.sum(table.c[name]).label(name) for name in ADDED),
            func.max(case((table.c.arrived > 0, table.c.day))).label("last_paid_on"),
        )
        .where(where, table.c.day <= day)
        .group_by(*columns)
    )
    if place is not None:
        asked = asked.join(place, place.c.division_code == table.c.division_code)
    asked = asked.having(func.sum(table.c.payments) > 0)
    made = []
    for row in connection.execute(asked).mappings():
        values: dict[str, Any] = {name: int(value) if name in ADDED else value for name, value in row.items()}
        paid_on: dt.date | None = values.pop("last_paid_on")
        atom = Atom(**{"period": "", "division_code": "", **values})
        if paid_on is not None:
            atom.last_paid_at = dt.datetime.combine(paid_on, dt.time(), zone)
        made.append(atom)
    return made


def days_until(
    connection: Connection,
    where: ColumnElement[bool],
    day: dt.date,
    by: Sequence[str],
    table: Table = FUNDS_FLOWS,
) -> list[tuple[tuple[str, ...], int, int]]:
    """(group, days, payments) of what had arrived when a day ended, as `payment_sums.kept_days` gives those of now."""
    columns = [table.c[name] for name in by]
    asked = select(*columns, table.c.days, func.sum(table.c.arrived))
    asked = asked.where(where, table.c.day <= day, table.c.days.is_not(None))
    found = connection.execute(asked.group_by(*columns, table.c.days))
    return [(tuple(row[: len(columns)]), int(row[-2]), int(row[-1])) for row in found if row[-1]]


def funds_came(connection: Connection, where: ColumnElement[bool], at: dt.datetime | None) -> dict[str, dt.date]:
    """The day the funds of each run came, as known at a moment; `where` is on RUN_FUNDS."""
    asked = select(RUN_FUNDS.c.run_id, RUN_FUNDS.c.funds_received_on).where(where, standing(RUN_FUNDS, at))
    return {str(run): day for run, day in connection.execute(asked) if day is not None}


def _key(group: tuple[Any, ...]) -> str:
    run_id, program_id, period = group[:3]
    return f"run/{run_id}" if run_id else f"item/{program_id}/{period}"


def _flows(
    connection: Connection, where: ColumnElement[bool], zone: dt.timezone
) -> Iterator[tuple[tuple[Any, ...], dt.date, int | None, tuple[int, ...]]]:
    """(run, item, period, village), day, days to pay, and the changes of that day, of every version of a payment."""
    answers, again = _answers(connection, where), _again(connection, where)
    where = and_(where, PAYMENTS.c.reissue_of.is_(None))
    how = apart(connection, where, ANSWERS, len(answers) + len(again))
    if how.counted is not None:
        for asked, sign in ((begun(how.counted, zone), 1), (ended(how.counted, zone), -1)):
            for row in connection.execute(asked):
                payments, fen = sign * int(row.payments), sign * int(row.fen)
                yield tuple(row[:4]), day_of(row.day), None, (0, payments, fen, 0, 0, 0, 0, payments, fen)
    if how.looked_at is None:
        return
    columns = [PAYMENTS.c[name] for name in (*GROUP, "disbursement_id", "amount_fen", "known_at", "until")]
    asked = select(*columns).where(how.looked_at)
    for row in connection.execute(asked.execution_options(yield_per=5_000)):
        said, repaid = answers.get(row.disbursement_id, []), again.get(row.disbursement_id, [])
        moments = {row.known_at, *(one[0] for one in (*said, *repaid) if one[0] > row.known_at)}
        before = _NOTHING
        for moment in sorted(one for one in moments if row.until is None or one < row.until):
            now = _state(row, _last(said, moment), _last(repaid, moment))
            yield from _change(tuple(row[:4]), moment.astimezone(zone).date(), before, now)
            before = now
        if row.until is not None:
            yield from _change(tuple(row[:4]), row.until.astimezone(zone).date(), before, _NOTHING)


def _change(
    group: tuple[Any, ...], on: dt.date, before: _State, now: _State
) -> Iterator[tuple[tuple[Any, ...], dt.date, int | None, tuple[int, ...]]]:
    """The difference of two states: arrivals under their days, all else with the new state."""
    if before.days == now.days:
        yield group, on, now.days, tuple(b - a for a, b in zip(before.values, now.values, strict=True))
        return
    if before.values[0]:
        yield group, on, before.days, (-before.values[0], *(0,) * len(ADDED))
    rest = tuple(b - a for a, b in zip(before.values[1:], now.values[1:], strict=True))
    yield group, on, now.days, (now.values[0], *rest)


def _last(answers: list[Answer], moment: dt.datetime) -> Answer | None:
    return next((one for one in reversed(answers) if one[0] <= moment), None)


def _state(row: Any, said: Answer | None, again: Answer | None) -> _State:
    """What a payment adds, given the bank's last answer to it and to the one made in its place."""
    fen = int(row.amount_fen)
    repaid_at = again[0] if again is not None and again[1] == "paid" else None
    arrived, paid, credited, returned, repaid = repaid_at, 0, 0, 0, 0
    if said is not None and said[1] == "paid":
        arrived, paid, credited = said[0], fen, fen if said[2] is None else said[2]
    elif said is not None:
        returned, repaid = fen, fen if repaid_at is not None else 0
    waits = arrived is None
    values = (int(not waits), 1, fen, paid, credited, returned, repaid, int(waits), fen if waits else 0)
    return _State(None if arrived is None else max(0, (arrived - row.known_at) // _DAY), values)


def _answers(connection: Connection, where: ColumnElement[bool]) -> dict[str, list[Answer]]:
    """Every answer of the bank to each payment, in order."""
    of = select(PAYMENTS.c.disbursement_id).where(where).distinct().subquery()
    asked = (
        select(STEPS.c.subject_id, STEPS.c.at, STEPS.c.stage, STEPS.c.amount_fen)
        .join(of, of.c.disbursement_id == STEPS.c.subject_id)
        .where(STEPS.c.subject == "payment", STEPS.c.stage.in_(ANSWERS))
        .order_by(STEPS.c.at, STEPS.c.step)
    )
    found: dict[str, list[Answer]] = {}
    for number, at, stage, fen in connection.execute(asked.execution_options(yield_per=5_000)):
        found.setdefault(str(number), []).append((at, stage, fen))
    return found


def _again(connection: Connection, where: ColumnElement[bool]) -> dict[str, list[Answer]]:
    """Every answer to the payments made in place of a returned one, by the number of the first, none before that
    payment was known."""
    first = select(PAYMENTS.c.disbursement_id).where(where).distinct().subquery()
    again = PAYMENTS.alias("again")
    asked = (
        select(again.c.reissue_of, STEPS.c.at, again.c.known_at, STEPS.c.stage)
        .join(first, first.c.disbursement_id == again.c.reissue_of)
        .join(STEPS, and_(STEPS.c.subject == "payment", STEPS.c.subject_id == again.c.disbursement_id))
        .where(again.c.until.is_(None), STEPS.c.stage.in_(ANSWERS))
        .order_by(STEPS.c.at, STEPS.c.step)
    )
    found: dict[str, list[Answer]] = {}
    for number, at, known_at, stage in connection.execute(asked):
        found.setdefault(str(number), []).append((max(at, known_at), stage, None))
    return found
