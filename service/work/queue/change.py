"""Every change of a case goes through here: the table of changes, its version, a line of its history, a line of the log
and an event, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from sqlalchemy import Connection, Row

from service.access import Principal
from service.sealing.column import seal_text
from service.store import assignments, case_history, cases, closing_proposals, outbox
from service.store.case_history import CASE_HISTORY
from service.work.audit.record import Line
from service.work.context import Context
from service.work.queue.errors import Conflict, NotAllowed, Unfit, stale
from service.work.queue.states import OPEN, TABLE, WORDS, Desk, State

REASON_LETTERS: Final = 2000


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes a case: an account, or the service itself (`account_id` None)."""

    name: str
    account_id: int | None


SERVICE: Final = Actor("service", None)


def actor(who: Principal) -> Actor:
    """Whoever asks, as the history names them."""
    return Actor(who.name, who.account_id)


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to a case: `action` for history and log, the state afterwards, columns, why.

    `lapses`: a closing that waits for the second person no longer holds. `details` hold no personal data.
    """

    action: str
    to_state: str
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    request: str | None = None
    event: str | None = None
    lapses: bool = False


def keep(context: Context, connection: Connection, who: Actor, row: Row[Any], change: Change) -> tuple[int, Line]:
    """Change a case that is locked; gives its new version and the line for the log, which the caller records last.

    Raises Conflict where the table has no such change of state, or somebody was faster.
    """
    now = context.clock.now()
    values: dict[str, Any] = {"changed_at": now, **change.values}
    moved = change.to_state != row.state
    if moved:
        if (row.state, change.to_state) not in TABLE:
            raise no_way(row.state, change.to_state)
        values |= {"state": change.to_state, "state_since": now, "escalated_at": None}
        values["is_open"] = change.to_state in OPEN
        if not values["is_open"]:
            values |= {"closed_at": now, "due_at": None, "held_from": None}
            assignments.end(connection, row.case_id, now)
    if not cases.change(connection, row.case_id, row.version, values):
        raise stale(int(row.version) + 1)
    version = int(row.version) + 1
    if change.lapses:
        lapse(context, connection, row.case_id)
    case_history.add(
        connection,
        {
            "case_id": row.case_id,
            "at": now,
            "who": who.name,
            "account_id": who.account_id,
            "action": change.action,
            "from_state": row.state,
            "to_state": change.to_state,
            "version": version,
            "request": change.request,
            "reason": seal_text(context.seal, CASE_HISTORY.c.reason, change.reason),
            "details": dict(change.details),
        },
    )
    told = {"from": row.state, "to": change.to_state, "version": version}
    if change.event is not None:
        data = {"case_id": row.case_id, "desk": row.desk, "division_code": row.division_code, **told}
        outbox.add(connection, f"org.mingbai.case.{change.event}", f"cases/{row.case_id}", data, now)
    line = Line(
        who.name, f"case.{change.action}", "case", row.case_id, row.division_code, change.reason,
        {**told, **change.details},
    )  # fmt: skip
    return version, line


def lapse(context: Context, connection: Connection, case_id: str) -> None:
    """A closing that waits no longer fits what the case is."""
    waiting = closing_proposals.waiting(connection, case_id)
    if waiting is not None:
        closing_proposals.decide(
            connection, waiting.proposal_id, {"state": "lapsed", "decided_at": context.clock.now()}
        )


def may_move(who: Principal, row: Row[Any], to: State) -> None:
    """Raises Conflict for a change that is not in the table, NotAllowed where somebody else may make it."""
    allowed = TABLE.get((cast(State, row.state), to))
    if allowed is None:
        raise no_way(row.state, to)
    if cast(Desk, row.desk) not in allowed.desks:
        raise Conflict(
            "not-at-this-desk",
            f"At the desk {row.desk} a case does not go from {row.state} to {to}.",
            f"该类核查件不能由“{WORDS[cast(State, row.state)][1]}”转为“{WORDS[to][1]}”。",
        )
    if not who.may(allowed.permission) or not (who.roles & allowed.roles):
        raise NotAllowed(
            "not-allowed",
            f"From {row.state} to {to}: this takes {' or '.join(sorted(allowed.roles))} with {allowed.permission}.",
            f"由“{WORDS[cast(State, row.state)][1]}”转为“{WORDS[to][1]}”需要相应的角色和权限。",
        )


def no_way(state: str, to: str) -> Conflict:
    """The table has no such change."""
    return Conflict(
        "not-from-this-state",
        f"A case that is {state} cannot become {to}.",
        f"“{WORDS[cast(State, state)][1]}”的核查件不能转为“{WORDS[cast(State, to)][1]}”。",
    )


def same_request(context: Context, who: Actor, action: str, content: Mapping[str, Any]) -> str:
    """What is asked for, as a keyed hash: a second click asks for the same."""
    text = json.dumps([who.account_id, action, content], ensure_ascii=False, sort_keys=True, default=str)
    return context.seal.hash("session", f"request\0{text}")


def done_before(connection: Connection, row: Row[Any], version: int, request: str) -> bool:
    """Whether this very change made the next version already. Raises Conflict where another did."""
    if row.version == version:
        return False
    then = case_history.at_version(connection, row.case_id, version + 1)
    if then is not None and then.request == request:
        return True
    raise stale(int(row.version))


def checked_reason(text: str) -> str:
    """A reason as it is kept. Raises Unfit for an empty one and one that is too long."""
    reason = text.strip()
    if not reason or len(reason) > REASON_LETTERS:
        raise Unfit("reason", f"A reason of 1 to {REASON_LETTERS} letters is needed.", "请填写理由（1 至 2000 字）。")
    return reason
