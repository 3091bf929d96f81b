"""Runs whose money stands still: a case at the owed desk for each, opened by itself. The department is the subject."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.store import cases, division_paths, jobs
from service.store.payment_sums import FUNDS, Atom, kept, limits, stale_keys
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.funds.refresh import ask_for_refresh
from service.work.funds.sums import days_over
from service.work.jobs import Hold
from service.work.queue.change import SERVICE
from service.work.queue.open_case import NewCase, open_case

KIND: Final = "look_for_late_runs"
TYPOLOGY: Final = "T39"
DESK: Final = "owed"
AGAIN: Final = dt.timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class LateRun:
    """A run beyond its item's limit with money that has not arrived; money in fen, days whole."""

    run_id: str
    program: str
    department: str | None
    period: str
    division_codes: tuple[str, ...]
    released_fen: int
    waiting_fen: int
    payments_waiting: int
    limit_days: int
    days_over: int


def late_runs(context: Context) -> list[LateRun]:
    """Runs that are late now, by the policy's share of money waiting; most money times days first."""
    policy = context.policy
    zone = dt.timezone(dt.timedelta(hours=policy.utc_offset_hours))
    today = context.clock.now().astimezone(zone).date()
    since = today - dt.timedelta(days=int(policy["funds.late_within_days"]))
    with context.database.read() as connection:
        found = kept(connection, (FUNDS.c.run_id.is_not(None)) & (FUNDS.c.funds_received_on >= since))
        items = limits(connection)
    by_run: dict[str, list[Atom]] = {}
    for atom in found:
        by_run.setdefault(str(atom.run_id), []).append(atom)
    made = []
    for run_id, atoms in by_run.items():
        name, department, limit = items.get(atoms[0].program_id, (atoms[0].program_id, None, None))
        waiting = sum(atom.waiting_fen for atom in atoms)
        released = sum(atom.released_fen for atom in atoms)
        over = max(days_over(atom, limit, today, zone) for atom in atoms if atom.waiting) if waiting else 0
        if limit is None or over <= 0 or waiting < policy["funds.late_waiting_share"] * released:
            continue
        made.append(
            LateRun(
                run_id=run_id,
                program=name,
                department=department,
                period=atoms[0].period,
                division_codes=tuple(sorted({atom.division_code for atom in atoms if atom.waiting})),
                released_fen=released,
                waiting_fen=waiting,
                payments_waiting=sum(atom.waiting for atom in atoms),
                limit_days=limit,
                days_over=over,
            )
        )
    return sorted(made, key=lambda run: (-run.waiting_fen * run.days_over, run.run_id))


def open_late_cases(context: Context) -> list[str]:
    """Open a case for each late run, or bring its open one up to date; say in it when the money has arrived meanwhile.

    Returns the numbers of new cases. A person closes them: that money arrived late is still a question.
    """
    late = {run.run_id: run for run in late_runs(context)}
    opened: list[str] = []
    with context.database.write() as connection:
        lines: list[Line] = []
        for run in late.values():
            where = division_paths.nearest_above(connection, run.division_codes)
            found = open_case(context, connection, SERVICE, _case(run, where))
            lines.extend(found.lines)
            if found.new:
                opened.append(found.case_id)
        for row in cases.open_at(connection, DESK, "run", TYPOLOGY):
            if row.hub_key not in late and row.amount_fen:
                found = open_case(context, connection, SERVICE, _arrived(row))
                lines.extend(found.lines)
        record(context, connection, *lines)
    return opened


def look_for_late_runs(context: Context, _arguments: Mapping[str, Any], _hold: Hold) -> None:
    """The job: open cases for late runs, and look again in some hours. Sums that were marked stale by nobody who also
    asked for them (a migration does) are made again too."""
    with context.database.write() as connection:
        if stale_keys(connection, 1):
            ask_for_refresh(context, connection)
    open_late_cases(context)
    ask_to_look(context, AGAIN)


def ask_to_look(context: Context, later: dt.timedelta) -> None:
    """Have late runs looked for after a while; asked any number of times it is done once."""
    with context.database.write() as connection:
        jobs.add(connection, KIND, {}, context.clock.now() + later, name=KIND)


def _case(run: LateRun, division_code: str | None) -> NewCase:
    yuan = f"{run.waiting_fen // 100}.{run.waiting_fen % 100:02d}"
    whose = run.department or "the department"
    return NewCase(
        desk=DESK,
        hub_kind="run",
        hub_id=run.run_id,
        typology=TYPOLOGY,
        suspect_role="department",
        summary_zh=(
            f"{run.program}{run.period}资金到位后已超过时限（{run.limit_days}天）{run.days_over}天，"
            f"仍有{run.payments_waiting}笔共{yuan}元未到户。请{run.department or '主管部门'}说明原因。"
        ),
        summary_en=(
            f"{run.program} {run.period}: {run.days_over} days beyond the limit of {run.limit_days} after funds came, "
            f"{run.payments_waiting} payments of {yuan} yuan have not arrived. What keeps them, {whose}?"
        ),
        amount_fen=run.waiting_fen,
        loss_fen=run.waiting_fen,
        division_code=division_code,
        details={"days_over": run.days_over, "payments_waiting": run.payments_waiting},
    )


def _arrived(row: Any) -> NewCase:
    return NewCase(
        desk=DESK,
        hub_kind="run",
        hub_id=row.hub_shown,
        typology=TYPOLOGY,
        suspect_role="department",
        summary_zh="该批次资金已到户。发放为何逾期，请核实后办结。",
        summary_en="The money of this run has arrived meanwhile. Why was it late? Close when that is clear.",
        division_code=row.division_code,
        details={"arrived": True},
    )
