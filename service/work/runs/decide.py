"""Decide a payment that waits for an answer: pay it, or send it back to the department for correction.

Both are recommendations: the service pays nothing and stops nothing. There is no third answer that would keep a
payment waiting: whoever is not done lets it release, and the question goes on in the queue after payment.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from service.access import Principal
from service.access.scope import within
from service.sealing.column import seal_text
from service.store import verifications
from service.store.verifications import VERIFICATIONS, Outcome
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.runs.ask import ask
from service.work.runs.errors import RunRefusedError
from service.work.runs.questions import not_of_own
from service.work.runs.release_due import LISTS, move_on_lists, release_held, tell

REASON_LEAST = 5
"""Characters a reason has at least."""


def decide(
    context: Context,
    who: Principal,
    disbursement_id: str,
    outcome: Outcome,
    reason: str,
    *,
    request_id: str | None = None,
) -> Row[Any]:
    """Decide the newest question about a payment and return it. The same decision by the same person again is the
    same decision.

    Raises RunRefusedError: nothing was asked about it here, or whoever decides is tied to the payment by kin, post or
    village, which is logged (`unknown`); the reason is too short (`invalid`), it was
    decided otherwise, or its deadline has passed (`conflict`); then it counts as released, whether or not the job had
    come to it.
    """
    if len(reason.strip()) < REASON_LEAST:
        raise RunRefusedError(
            "invalid",
            "reason-missing",
            f"A decision needs a reason of at least {REASON_LEAST} characters.",
            f"请填写不少于 {REASON_LEAST} 个字的理由。",
        )
    with context.database.write() as connection:
        context.database.alone(connection, LISTS)
        # A payment that was scored on its own a moment ago: the job that asks has not come by yet.
        ask(context, connection, verifications.unasked(connection, 10, disbursement_id))
        scope = within(who, VERIFICATIONS.c.division_code)
        found = verifications.last_of(connection, disbursement_id, scope)
        if found is None:
            raise _unknown()
        now = context.clock.now()
        own = verifications.last_of(connection, disbursement_id, scope, not_of_own(connection, who)) is None
        if own:
            # Kept, although nothing is decided: whoever audits sees that it was tried.
            refused = Line(
                who.name, "verify.refused", "disbursement", disbursement_id, found.division_code, request_id=request_id
            )
            record(context, connection, refused)
        elif found.state == "waiting" and found.deadline <= now:
            release_held(context, connection, [found])
        elif found.state == "waiting":
            state = "released" if outcome == "release" else "corrected"
            verifications.settle(
                connection,
                int(found.verification),
                state=state,
                decided_how="person",
                decided_by_id=who.account_id,
                decided_by=who.name,
                decided_at=now,
                reason=seal_text(context.seal, VERIFICATIONS.c.reason, reason.strip()),
            )
            move_on_lists(connection, [found], "release" if outcome == "release" else "corrected")
            tell(connection, found, state, "person", now)
            details = {"outcome": outcome, "run": found.run}
            line = Line(
                who.name,
                "verify.decided",
                "disbursement",
                disbursement_id,
                found.division_code,
                reason.strip(),
                details,
                request_id,
            )
            record(context, connection, line)
        settled = verifications.last_of(connection, disbursement_id, scope)
    if own:
        raise _unknown()
    assert settled is not None  # noqa: S101 - held by the transaction above
    wanted = ("released" if outcome == "release" else "corrected", "person", who.account_id)
    if (settled.state, settled.decided_how, settled.decided_by_id) != wanted:
        raise _decided(settled)
    return settled


def _unknown() -> RunRefusedError:
    """Nothing was asked, outside the scope, or one's own: the same answer."""
    return RunRefusedError("unknown", "not-found", "question about a payment", "核实事项")


def _decided(row: Row[Any]) -> RunRefusedError:
    if row.decided_how == "deadline":
        return RunRefusedError(
            "conflict",
            "deadline-passed",
            "The deadline has passed and the payment has released itself. The question can go on as a case.",
            "核实期限已过，该笔发放已自动放行；如仍有疑问，可通过核查件继续。",
        )
    return RunRefusedError(
        "conflict", "decided", "Somebody else has decided this, or you decided otherwise.", "该事项已有决定。"
    )
