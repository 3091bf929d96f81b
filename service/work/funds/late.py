"""Runs whose money stands still: a case at the owed desk for each, opened by itself. The department is the subject."""

from __future__ import annotations

import datetime as dt
import time
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
from service.work.queue.open_case import NewCase, one_hand, open_case

KIND: Final = "look_for_late_runs"
TYPOLOGY: Final = "T39"
DESK: Final = "owed"
AGAIN: Final = dt.timedelta(hours=6)
AT_ONCE: Final = 8
"""Cases kept in one transaction: a writer elsewhere waits no longer than these take."""
RENEW_CASES: Final = 50 * AT_ONCE
PAUSE_SECONDS: Final = 0.005
"""Between two transactions, so that who waits to write comes first."""


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


def open_late_cases(context: Context, hold: Hold | None = None) -> list[str]:
    """Open a case for each late run, or bring its open one up to date; say in it when the money has arrived meanwhile.

    Returns the numbers of new cases. A person closes them: that money arrived late is still a question. A few cases are
    kept in one transaction; broken off, the next look does the rest, and what was kept is as it should be. Raises Lost
    or Stopping where the job's `hold` does.
    """
    asked = _asked(context)
    opened: list[str] = []
    for start in range(0, len(asked), AT_ONCE):
        if hold is not None and (start % RENEW_CASES == 0 or hold.stopping()):
            hold.renew()
        with context.database.write() as connection:
            lines: list[Line] = []
            one_hand(context, connection)
            for case, number in asked[start : start + AT_ONCE]:
                # Somebody may have closed it while this was thought over: what arrived asks nothing anew.
                if number is not None and not getattr(cases.get(connection, number), "is_open", False):
                    continue
                found = open_case(context, connection, SERVICE, case)
                lines.extend(found.lines)
                if found.new:
                    opened.append(found.case_id)
            record(context, connection, *lines)
        time.sleep(PAUSE_SECONDS)
    return opened


def _asked(context: Context) -> list[tuple[NewCase, str | None]]:
    """The cases that are to be opened or brought up to date, thought over before the lock of writers is taken; of those
    whose money has arrived the number, too. One that says already what it should is left alone."""
    late = {run.run_id: run for run in late_runs(context)}
    asked: list[tuple[NewCase, str | None]] = []
    with context.database.read() as connection:
        there: dict[str, list[Any]] = {}
        for row in cases.open_at(connection, DESK, "run", TYPOLOGY):
            there.setdefault(row.hub_key, []).append(row)
        for run in late.values():
            case = _case(run, division_paths.nearest_above(connection, run.division_codes))
            if [_says(row) for row in there.get(run.run_id, [])] != [_would_say(case)]:
                asked.append((case, None))
    for key, rows in there.items():
        asked += [(_arrived(row), row.case_id) for row in rows if key not in late and row.amount_fen]
    return asked


def _says(row: Any) -> tuple[Any, ...]:
    return row.offered_as, row.member_count, row.amount_fen, row.loss_fen, row.summary_zh, row.summary_en


def _would_say(case: NewCase) -> tuple[Any, ...]:
    return case.offered_as, 0, case.amount_fen, case.loss_fen, case.summary_zh, case.summary_en


def look_for_late_runs(context: Context, _arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: open cases for late runs, and look again in some hours. Sums that were marked stale by nobody who also
    asked for them (a migration does) are made again too."""
    with context.database.write() as connection:
        if stale_keys(connection, 1):
            ask_for_refresh(context, connection)
    open_late_cases(context, hold)
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
