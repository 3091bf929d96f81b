"""Read one case whole: what it is, its payments, what happened, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from service.access import Principal
from service.access.scope import within
from service.sealing.column import open_text
from service.store import case_history, case_links, case_members, case_reports, cases, closing_proposals
from service.store.case_history import CASE_HISTORY
from service.store.case_members import CASE_MEMBERS
from service.store.closing_proposals import CLOSING_PROPOSALS
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.queue.sight import case_at_work, seen_by

MOST_REPORTS: Final = 200


@dataclass(frozen=True, slots=True)
class Proposal:
    """A closing that waits for a second person."""

    proposal_id: int
    outcome: str
    typology: str | None
    suspect_role: str | None
    differing: dict[str, str]
    explained: bool
    reason: str
    proposer: str
    at: Any


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a case."""

    line_id: int
    at: Any
    who: str
    action: str
    from_state: str
    to_state: str
    version: int
    reason: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """How a case belongs to another: `kind` as seen from `case_id`."""

    case_id: str
    other_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with the closing that waits, its links to cases whoever asks may know of, and the numbers of the
    recipients' reports it was opened on, oldest first."""

    row: Row[Any]
    proposal: Proposal | None
    links: list[Link]
    reports: list[str]


def read_case(context: Context, who: Principal, case_id: str) -> WholeCase:
    """A case. Logged. Raises NotThere."""
    with case_at_work(context, who, case_id, "read") as (connection, row):
        waiting = closing_proposals.waiting(connection, case_id)
        proposal = None
        if waiting is not None:
            told = waiting.closing
            proposal = Proposal(
                int(waiting.proposal_id), told["outcome"], told["typology"], told["suspect_role"],
                dict(told["differing"] or {}), told["explained"] is not None,
                open_text(context.seal, CLOSING_PROPOSALS.c.reason, waiting.reason) or "",
                waiting.proposer, waiting.proposed_at,
            )  # fmt: skip
        links: list[Link] = []
        seen = seen_by(connection, who)
        for one in case_links.of_case(connection, case_id):
            far = one.other_id if one.case_id == case_id else one.case_id
            # A link must not tell of a case one may not know of.
            if cases.get(connection, far, *seen) is not None:
                links.append(Link(one.case_id, one.other_id, one.kind))
        record(context, connection, Line(who.name, "case.read", "case", case_id, row.division_code))
        reported = [str(one.number) for one in case_reports.of_case(connection, case_id, MOST_REPORTS)]
        return WholeCase(row, proposal, links, reported)


def read_members(context: Context, who: Principal, case_id: str, after: str, limit: int) -> list[Row[Any]]:
    """Payments of a case by number, behind `after`, as far as they lie in the scope. Logged. Raises NotThere."""
    with case_at_work(context, who, case_id, "members") as (connection, row):
        found = case_members.page(connection, case_id, after, limit, [within(who, CASE_MEMBERS.c.division_code)])
        told = {"shown": len(found)}
        record(
            context, connection, Line(who.name, "case.payments_read", "case", case_id, row.division_code, None, told)
        )
        return found


def read_history(context: Context, who: Principal, case_id: str, after: int, limit: int) -> list[Step]:
    """What happened to a case, in order, behind the line numbered `after`. Logged. Raises NotThere."""
    with case_at_work(context, who, case_id, "history") as (connection, row):
        found = [
            Step(
                int(r.line_id), r.at, r.who, r.action, r.from_state, r.to_state, int(r.version),
                open_text(context.seal, CASE_HISTORY.c.reason, r.reason) or "", dict(r.details),
            )
            for r in case_history.page(connection, case_id, after, limit)
        ]  # fmt: skip
        told = {"shown": len(found)}
        record(context, connection, Line(who.name, "case.history_read", "case", case_id, row.division_code, None, told))
        return found
