"""Sums of money for any part of the tree, item and period, now or as they stood at a date."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, and_, true

from service.access import Principal
from service.access.scope import under, within
from service.store.payment_sums import FUNDS, FUNDS_DAYS, Atom, atoms, kept, kept_days, limits
from service.store.payments import PAYMENTS
from service.work.context import Context

By = Literal["program", "period", "division", "program_division", "all"]

_COLUMNS: Final[dict[By, tuple[str, ...]]] = {
    "program": ("program_id",),
    "period": ("period",),
    "division": ("division_code",),
    "program_division": ("program_id", "division_code"),
    "all": (),
}


@dataclass(frozen=True, slots=True)
class Sum:
    """Sums of a group; money in fen, days whole.

    `waiting` is money handed in and neither paid nor paid again; `standing_fen` that part of it whose run is beyond
    its item's limit, `standing_fen_days` the same times the days beyond. A run counts once, however many villages.
    """

    program_id: str | None
    program: str | None
    department: str | None
    period: str | None
    division_code: str | None
    payments: int
    released_fen: int
    paid_fen: int
    credited_fen: int
    returned_fen: int
    repaid_fen: int
    waiting: int
    waiting_fen: int
    median_days_to_pay: int | None
    p90_days_to_pay: int | None
    runs: int
    runs_over_limit: int
    worst_days_over_limit: int
    standing_fen: int
    standing_fen_days: int


def sums(
    context: Context,
    principal: Principal,
    *,
    by: By,
    program_id: str | None = None,
    period: str | None = None,
    division_code: str | None = None,
    at: dt.datetime | None = None,
) -> list[Sum]:
    """Sums within the principal's scope, grouped; as they stood at `at` (None: now, from the kept sums)."""

    def where(table: Any) -> ColumnElement[bool]:
        return and_(
            within(principal, table.c.division_code),
            true() if program_id is None else table.c.program_id == program_id,
            true() if period is None else table.c.period == period,
            true() if division_code is None else under(division_code, table.c.division_code),
        )

    columns = _COLUMNS[by]
    days: dict[tuple[str, ...], Counter[int]] = {}
    with context.database.read() as connection:
        items = limits(connection)
        if at is None:
            found = kept(connection, where(FUNDS), [name for name in columns if name != "program_id"])
            for group, number, payments in kept_days(connection, where(FUNDS_DAYS), columns):
                days.setdefault(group, Counter())[number] += payments
        else:
            found = atoms(connection, where(PAYMENTS), at)
            for atom in found:
                days.setdefault(_group(atom, columns), Counter()).update(atom.days_to_pay)
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    today = (at or context.clock.now()).astimezone(zone).date()
    groups: dict[tuple[str, ...], list[Atom]] = {}
    for atom in found:
        groups.setdefault(_group(atom, columns), []).append(atom)
    made = [
        sum_of(dict(zip(columns, group, strict=True)), members, days.get(group, Counter()), items, today, zone)
        for group, members in groups.items()
    ]
    return sorted(
        made, key=lambda one: (-one.standing_fen_days, one.program_id or "", one.period or "", one.division_code or "")
    )


def whole_and_programs(context: Context, principal: Principal, at: dt.datetime | None) -> tuple[Sum | None, list[Sum]]:
    """The sum of everything in scope (None: nothing was ever paid) and those by item, from one look; as `sums`."""
    days: dict[str, Counter[int]] = {}
    with context.database.read() as connection:
        items = limits(connection)
        if at is None:
            found = kept(connection, within(principal, FUNDS.c.division_code), [])
            where = within(principal, FUNDS_DAYS.c.division_code)
            for (program_id,), number, payments in kept_days(connection, where, ("program_id",)):
                days.setdefault(program_id, Counter())[number] += payments
        else:
            found = atoms(connection, within(principal, PAYMENTS.c.division_code), at)
            for atom in found:
                days.setdefault(atom.program_id, Counter()).update(atom.days_to_pay)
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    today = (at or context.clock.now()).astimezone(zone).date()
    groups: dict[str, list[Atom]] = {}
    for atom in found:
        groups.setdefault(atom.program_id, []).append(atom)
    programs = [
        sum_of({"program_id": name}, members, days.get(name, Counter()), items, today, zone)
        for name, members in groups.items()
    ]
    programs.sort(key=lambda one: (-one.standing_fen_days, one.program_id or ""))
    every: Counter[int] = sum(days.values(), Counter())
    return (sum_of({}, found, every, items, today, zone) if found else None), programs


def days_over(atom: Atom, limit: int | None, today: dt.date, zone: dt.timezone) -> int:
    """Days beyond the limit between the funds' coming and the last payment, or today while money waits; 0 within."""
    if limit is None or atom.funds_received_on is None:
        return 0
    if atom.waiting:
        end = today
    elif atom.last_paid_at is not None:
        end = atom.last_paid_at.astimezone(zone).date()
    else:
        return 0
    return max(0, (end - atom.funds_received_on).days - limit)


def _group(atom: Atom, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(getattr(atom, name) for name in columns)


def sum_of(
    group: dict[str, str],
    members: list[Atom],
    days: Counter[int],
    items: dict[str, tuple[str, str | None, int | None]],
    today: dt.date,
    zone: dt.timezone,
) -> Sum:
    """The sum of a group of atoms: `group` names it, `days` counts its payments by days to pay, `items` are those of
    `limits`, `today` ends the days of what still waits."""
    program_id = group.get("program_id")
    name, department, _ = items.get(program_id or "", (None, None, None))
    over = [(atom, days_over(atom, items.get(atom.program_id, (None, None, None))[2], today, zone)) for atom in members]
    late_runs = {atom.run_key for atom, days in over if days > 0}
    standing = [(atom.waiting_fen, late) for atom, late in over if late > 0 and atom.waiting]
    return Sum(
        program_id=program_id,
        program=name,
        department=department,
        period=group.get("period"),
        division_code=group.get("division_code"),
        payments=sum(atom.payments for atom in members),
        released_fen=sum(atom.released_fen for atom in members),
        paid_fen=sum(atom.paid_fen for atom in members),
        credited_fen=sum(atom.credited_fen for atom in members),
        returned_fen=sum(atom.returned_fen for atom in members),
        repaid_fen=sum(atom.repaid_fen for atom in members),
        waiting=sum(atom.waiting for atom in members),
        waiting_fen=sum(atom.waiting_fen for atom in members),
        median_days_to_pay=quantile(days, 0.5),
        p90_days_to_pay=quantile(days, 0.9),
        runs=len({atom.run_key for atom in members}),
        runs_over_limit=len(late_runs),
        worst_days_over_limit=max((late for _, late in over), default=0),
        standing_fen=sum(fen for fen, _ in standing),
        standing_fen_days=sum(fen * late for fen, late in standing),
    )


def quantile(counts: Counter[int], share: float) -> int | None:
    """The smallest value that at least `share` of the counted things do not exceed; None where nothing is counted."""
    total = sum(counts.values())
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= share * total:
            return value
    return None
