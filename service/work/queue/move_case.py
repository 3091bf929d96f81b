"""Change the state of a case that stays open."""

from __future__ import annotations

import datetime as dt
from typing import Any

from service.access import Principal
from service.store import closing_proposals
from service.work.audit.record import record
from service.work.context import Context
from service.work.queue.change import Change, actor, checked_reason, done_before, keep, may_move, no_way, same_request
from service.work.queue.due import due_in
from service.work.queue.errors import Conflict, Unfit
from service.work.queue.sight import case_at_work
from service.work.queue.states import OPEN, OpenState
from service.work.queue.working_days import local_day, start_of


def move_case(
    context: Context,
    who: Principal,
    case_id: str,
    version: int,
    to: OpenState,
    reason: str,
    *,
    until: dt.date | None = None,
) -> int:
    """Move a case to another open state; its new version. The same asked twice is done once.

    `held` needs `until`, the day it comes back by itself. Raises NotThere, NotAllowed, Conflict (stale, not from this
    state, a closing waits) and Unfit.
    """
    reason = checked_reason(reason)
    with case_at_work(context, who, case_id, "move") as (connection, row):
        request = same_request(context, actor(who), "moved", {"to": to, "reason": reason, "until": until})
        if done_before(connection, row, version, request):
            return int(row.version)
        # A closed case takes its payments back before it is open: that is `reopen_case`.
        if row.state not in OPEN:
            raise no_way(row.state, to)
        may_move(who, row, to)
        if closing_proposals.waiting(connection, case_id) is not None:
            raise waits()
        values = _values(context, row.state, to, until)
        details = {"until": until.isoformat()} if until else {}
        change = Change("moved", to, values, reason, details, request, event="moved")
        new, line = keep(context, connection, actor(who), row, change)
        record(context, connection, line)
        return new


def waits() -> Conflict:
    """A closing waits for the second person: it is decided or withdrawn first."""
    return Conflict(
        "closing-waits",
        "A closing of this case waits for a second person: it is decided or withdrawn first.",
        "该核查件的结案正在等待第二人会签：请先会签、退回或撤回。",
    )


def _values(context: Context, state: str, to: OpenState, until: dt.date | None) -> dict[str, Any]:
    now = context.clock.now()
    if to != "held":
        if until is not None:
            raise Unfit("until", "A date is given only where a case is held.", "仅暂存待查需填写日期。")
        return {"due_at": due_in(context, to, now), "held_from": None}
    today, most = local_day(context, now), int(context.policy["cases.held_days"])
    if until is None or not today < until <= today + dt.timedelta(days=most):
        raise Unfit(
            "until",
            f"A held case needs the day it comes back: after today, within {most} days.",
            f"暂存待查须填写恢复日期：晚于今天且不超过 {most} 天。",
        )
    return {"due_at": start_of(context, until), "held_from": state}
