"""Open a closed case again."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from service.access import Principal
from service.store import case_members
from service.work.audit.record import record
from service.work.context import Context
from service.work.queue.change import Change, actor, checked_reason, done_before, keep, may_move, same_request
from service.work.queue.due import due_in
from service.work.queue.errors import Conflict
from service.work.queue.sight import case_at_work
from service.work.queue.states import OPEN


def reopen_case(context: Context, who: Principal, case_id: str, version: int, reason: str) -> int:
    """Look at a closed case again, by decision of a supervisor: it is new once more; its new version.

    The findings of the closing stay on record; the next closing's come after them. Raises NotThere, NotAllowed, Unfit,
    and Conflict also where another open case has its question or its payments.
    """
    reason = checked_reason(reason)
    try:
        with case_at_work(context, who, case_id, "reopen") as (connection, row):
            request = same_request(context, actor(who), "reopen", {"reason": reason})
            if done_before(connection, row, version, request):
                return int(row.version)
            if row.state in OPEN:
                raise Conflict("open", "This case is open.", "该核查件尚未结案。")
            may_move(who, row, "new")
            case_members.take_back(connection, case_id)
            due = due_in(context, "new", context.clock.now())
            change = Change("reopened", "new", {"due_at": due, "closed_at": None}, reason, {}, request, "reopened")
            new, line = keep(context, connection, actor(who), row, change)
            record(context, connection, line)
            return new
    except IntegrityError as error:
        raise Conflict(
            "open-elsewhere",
            "Another open case asks the same, or has some of these payments: work there.",
            "已有其他未结核查件涉及相同问题或其中的发放明细：请在该件中办理。",
        ) from error
