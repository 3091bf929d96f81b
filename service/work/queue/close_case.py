"""Close a case; above the policy's level it takes two people: one proposes, another countersigns or refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from service.access import Principal
from service.sealing.column import open_text, seal_text
from service.store import closing_proposals
from service.store.closing_proposals import CLOSING_PROPOSALS
from service.work.audit.record import record
from service.work.context import Context
from service.work.queue.change import (
    Change,
    actor,
    checked_reason,
    done_before,
    keep,
    may_move,
    same_request,
)
from service.work.queue.closing import Closing, check, close, closes
from service.work.queue.errors import Conflict, NotAllowed
from service.work.queue.move_case import waits
from service.work.queue.sight import case_at_work
from service.work.queue.states import OPEN

PERSONS = frozenset({"session", "oidc"})
"""How the second person must have come in: a key is nobody."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The case's version, its state, and whether its closing waits for a second person."""

    version: int
    state: str
    waits: bool


def close_case(context: Context, who: Principal, case_id: str, version: int, closing: Closing, reason: str) -> Closed:
    """Close a case, or propose to where the level asks for two people. The same asked twice is done once.

    Raises NotThere, NotAllowed, Conflict (stale, not from this state, a closing waits) and Unfit.
    """
    reason = checked_reason(reason)
    with case_at_work(context, who, case_id, "close") as (connection, row):
        request = same_request(context, actor(who), "close", {**closing.document(), "reason": reason})
        if done_before(connection, row, version, request):
            return _as_it_is(connection, row)
        if row.state not in OPEN:
            return _told_by_name(context, connection, who, row, closing, reason, request)
        may_move(who, row, closing.outcome)
        if closing_proposals.waiting(connection, case_id) is not None:
            raise waits()
        check(connection, row, closing)
        if not row.two_people:
            change = closes(closing, "closed", reason, {"second_person": False}, request)
            new, lines = close(context, connection, actor(who), row, closing, change)
            record(context, connection, *lines)
            return Closed(new, closing.outcome, False)
        details = {"outcome": closing.outcome}
        proposed = Change("closing_proposed", row.state, {}, reason, details, request, event="closing_proposed")
        new, line = keep(context, connection, actor(who), row, proposed)
        closing_proposals.add(
            connection,
            {
                "case_id": case_id,
                "case_version": new,
                "closing": closing.document() | {"person": who.person},
                "reason": seal_text(context.seal, CLOSING_PROPOSALS.c.reason, reason),
                "proposed_by": who.account_id,
                "proposer": who.name,
                "proposed_at": context.clock.now(),
            },
        )
        record(context, connection, line)
        return Closed(new, row.state, True)


def _told_by_name(
    context: Context, connection: Connection, who: Principal, row: Row[Any], closing: Closing, reason: str, request: str
) -> Closed:
    """A case that was cleared, or an error, is said aloud to be so: nothing new is found."""
    may_move(who, row, closing.outcome)
    change = Change("cleared_by_name", closing.outcome, {}, reason, {}, request, event="cleared_by_name")
    new, line = keep(context, connection, actor(who), row, change)
    record(context, connection, line)
    return Closed(new, closing.outcome, False)


def countersign(context: Context, who: Principal, case_id: str, version: int) -> Closed:
    """The second person agrees: the case is closed as proposed. Raises NotThere, NotAllowed and Conflict."""
    with case_at_work(context, who, case_id, "countersign") as (connection, row):
        request = same_request(context, actor(who), "countersign", {"version": version})
        if done_before(connection, row, version, request):
            return _as_it_is(connection, row)
        proposal = _waiting(connection, row)
        _second(who, proposal)
        closing = Closing.of(proposal.closing)
        now = context.clock.now()
        decided = {"state": "countersigned", "decided_by": who.account_id, "decider": who.name, "decided_at": now}
        closing_proposals.decide(connection, proposal.proposal_id, decided)
        check(connection, row, closing)
        reason = open_text(context.seal, CLOSING_PROPOSALS.c.reason, proposal.reason) or ""
        told = {"second_person": True, "proposed_by": proposal.proposer, "proposal": int(proposal.proposal_id)}
        change = closes(closing, "closed", reason, told, request)
        new, lines = close(context, connection, actor(who), row, closing, change)
        record(context, connection, *lines)
        return Closed(new, closing.outcome, False)


def refuse_closing(context: Context, who: Principal, case_id: str, version: int, reason: str) -> Closed:
    """The second person does not agree, and says why: the case stays as it is. Raises as `countersign`, and Unfit."""
    return _decide(context, who, case_id, version, reason, "refused")


def withdraw_closing(context: Context, who: Principal, case_id: str, version: int, reason: str) -> Closed:
    """Whoever proposed takes it back. Raises NotThere, NotAllowed, Conflict and Unfit."""
    return _decide(context, who, case_id, version, reason, "withdrawn")


def _decide(context: Context, who: Principal, case_id: str, version: int, reason: str, state: str) -> Closed:
    reason = checked_reason(reason)
    with case_at_work(context, who, case_id, state) as (connection, row):
        request = same_request(context, actor(who), state, {"reason": reason, "version": version})
        if done_before(connection, row, version, request):
            return _as_it_is(connection, row)
        proposal = _waiting(connection, row)
        if state == "refused":
            _second(who, proposal)
        elif proposal.proposed_by != who.account_id:
            raise NotAllowed("not-allowed", "Only who proposed it takes it back.", "只有提出人可以撤回。")
        closing_proposals.decide(
            connection,
            proposal.proposal_id,
            {
                "state": state,
                "decided_by": who.account_id,
                "decider": who.name,
                "decided_at": context.clock.now(),
                "decided_reason": seal_text(context.seal, CLOSING_PROPOSALS.c.decided_reason, reason),
            },
        )
        told = {"proposed_by": proposal.proposer}
        change = Change(f"closing_{state}", row.state, {}, reason, told, request, event=f"closing_{state}")
        new, line = keep(context, connection, actor(who), row, change)
        record(context, connection, line)
        return Closed(new, row.state, False)


def _waiting(connection: Connection, row: Row[Any]) -> Row[Any]:
    found = closing_proposals.waiting(connection, row.case_id)
    if found is None:
        raise Conflict("nothing-waits", "No closing of this case waits.", "该核查件没有待会签的结案。")
    return found


def is_second(who: Principal, proposal: Row[Any]) -> bool:
    """Whether somebody is a person who signed in, may countersign, and is not who proposed."""
    own = proposal.proposed_by == who.account_id
    # One person with two accounts is one person.
    same = who.person is not None and proposal.closing.get("person") == who.person
    return not own and not same and who.may("cases.countersign") and who.credential in PERSONS


def _second(who: Principal, proposal: Row[Any]) -> None:
    """Raises NotAllowed unless whoever asks is a second person."""
    if not is_second(who, proposal):
        raise NotAllowed(
            "second-person",
            "This takes a second person, signed in, who may countersign and did not propose it.",
            "须由另一名有会签权限的人员登录后办理，提出人不得会签。",
        )


def _as_it_is(connection: Connection, row: Row[Any]) -> Closed:
    return Closed(int(row.version), row.state, closing_proposals.waiting(connection, row.case_id) is not None)
