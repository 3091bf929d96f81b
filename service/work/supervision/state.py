"""The running state as it stood at a date: runs, cases, money, lateness, what was handed over, what is in force."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial

from service.access import Principal
from service.access.scope import within
from service.store import case_ties, supervision
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.funds.sums import Sum, whole_and_programs
from service.work.queue.sight import ties_of
from service.work.supervision.in_force import InForce, in_force_at


@dataclass(frozen=True, slots=True)
class Coverage:
    """A table of the contract: rows handed over, when the newest came; 0 and None where a department shares nothing."""

    table: str
    rows: int
    newest_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class State:
    """The running state at `at`. `money` is None where nothing was ever paid."""

    at: dt.datetime
    runs: dict[str, int]
    cases: dict[str, dict[str, int]]
    money: Sum | None
    late_programs: list[Sum]
    coverage: list[Coverage]
    in_force: InForce


@dataclass(frozen=True, slots=True)
class CaseThen:
    """A case as it stood at a date; `amount_fen` is what is known of it today."""

    case_id: str
    desk: str
    hub_kind: str
    hub_shown: str
    typology: str
    suspect_role: str
    selected_by: str
    division_code: str | None
    summary_zh: str
    summary_en: str
    amount_fen: int
    opened_at: dt.datetime
    state: str
    since: dt.datetime


def running_state(context: Context, principal: Principal, at: dt.datetime | None, *, money: bool = True) -> State:
    """The state at a moment (None: now), within the principal's scope. The look is logged.

    Sums of money are kept for now; of an earlier moment every payment is gone through. Without `money` they are left
    out.
    """
    from features.contract import TABLES

    moment = at or context.clock.now()
    whole, programs = whole_and_programs(context, principal, at) if money else (None, [])
    with context.database.read() as connection:
        runs = supervision.run_states(connection, partial(within, principal), moment)
        unseen = case_ties.untied(ties_of(connection, principal))
        counted: dict[str, dict[str, int]] = {}
        for row in supervision.case_counts(connection, partial(within, principal), moment, unseen):
            counted.setdefault(row.desk, {})[row.state] = row.n
        handed = {row.table_name: row for row in supervision.coverage(connection, moment)}
    with context.database.write() as connection:
        record(context, connection, Line(principal.name, "supervision.look", "state", moment.isoformat()))
    return State(
        at=moment,
        runs=runs,
        cases=counted,
        money=whole,
        late_programs=[one for one in programs if one.runs_over_limit],
        coverage=[
            Coverage(name, int(handed[name].rows), handed[name].newest_at)
            if name in handed
            else Coverage(name, 0, None)
            for name in TABLES
        ],
        in_force=in_force_at(moment),
    )


def cases_then(
    context: Context, principal: Principal, at: dt.datetime | None, *, after: str, limit: int
) -> list[CaseThen]:
    """Cases as they stood at a moment, by number. The look is logged."""
    moment = at or context.clock.now()
    with context.database.read() as connection:
        unseen = case_ties.untied(ties_of(connection, principal))
        rows = supervision.cases_at(connection, partial(within, principal), moment, unseen, after, limit)
    with context.database.write() as connection:
        line = Line(principal.name, "supervision.look", "cases", moment.isoformat(), details={"cases": len(rows)})
        record(context, connection, line)
    return [CaseThen(**{name: getattr(row, name) for name in CaseThen.__slots__}) for row in rows]
