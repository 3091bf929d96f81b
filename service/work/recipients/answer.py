"""Staff read recipients' reports and answer them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from sqlalchemy import ColumnElement, Connection, and_, true

from service.access import Principal
from service.access.scope import within
from service.sealing.column import open_text, seal_text
from service.store import case_reports, cases, division_paths, kin_ties, reports
from service.store.kin_ties import Post
from service.store.reports import REPORTS
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.notices.make import note_answered
from service.work.queue.sight import seen_by

State = Literal["received", "looked_at", "answered"]
STATES: Final[tuple[State, ...]] = ("received", "looked_at", "answered")


class OwnAffairError(Exception):
    """A report of the principal's own kin or household, or of a village they serve: somebody else has to answer it."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report as staff see it: who made it is not told, what they wrote is. `case_id`: the case that was opened on it,
    where whoever asks sees it."""

    report: int
    number: str
    kind: str
    disbursement_id: str | None
    division_code: str
    text: str
    made_at: dt.datetime
    state: State
    answer: str | None
    answered_at: dt.datetime | None
    answered_by: str | None
    case_id: str | None = None


def list_reports(
    context: Context, principal: Principal, *, state: State | None, after: int, limit: int, newest_first: bool = False
) -> list[Report]:
    """Reports in the principal's scope behind a number, oldest first, or newest first before it; those of own kin,
    household and of villages the principal serves are left out."""
    where = and_(within(principal, REPORTS.c.division_code), true() if state is None else REPORTS.c.state == state)
    with context.database.read() as connection:
        seen = and_(where, _others(connection, principal))
        rows = reports.listed(connection, seen, after, limit, newest_first=newest_first)
        seen_cases = _cases(connection, principal, rows)
        return [_report(context, row, seen_cases.get(row.number)) for row in rows]


def read_report(context: Context, principal: Principal, number: str) -> Report | None:
    """One report; the look stands in the log. None where there is none in scope, or it is for somebody else."""
    with context.database.write() as connection:
        row = reports.by_number(connection, number, within(principal, REPORTS.c.division_code))
        if row is None:
            return None
        if _refused(context, connection, principal, row):
            return None
        record(context, connection, Line(principal.name, "report.read", "report", number, row.division_code))
        return _report(context, row, _cases(connection, principal, [row]).get(number))


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Reports that wait for an answer: how many, and when the oldest was made; None where none waits."""

    count: int
    oldest: dt.datetime | None


def unanswered(context: Context, principal: Principal) -> Unanswered:
    """What waits for an answer in the principal's scope, without those that are for somebody else."""
    with context.database.read() as connection:
        where = and_(within(principal, REPORTS.c.division_code), _others(connection, principal))
        return Unanswered(*reports.waiting(connection, where))


def answer_report(context: Context, principal: Principal, number: str, text: str | None) -> Report | None:
    """Note that a report was looked at (`text` None), or answer it, of which whoever made it is told. None where there
    is none in scope.

    The answer of an answered report can be corrected; nothing is un-answered. Raises OwnAffairError.
    """
    now = context.clock.now()
    with context.database.write() as connection:
        row = reports.by_number(connection, number, within(principal, REPORTS.c.division_code))
        if row is None:
            return None
        if not _refused(context, connection, principal, row):
            values: dict[str, Any] = {"state": "looked_at"} if row.state == "received" else {}
            if text is not None:
                values = {
                    "state": "answered",
                    "answer": seal_text(context.seal, REPORTS.c.answer, text),
                    "answered_at": now,
                    "answered_by": principal.name,
                }
            if values:
                reports.move(connection, number, **values)
                if text is not None:
                    note_answered(context, connection, number, row.person)
                action = "report.answer" if text is not None else "report.look"
                record(context, connection, Line(principal.name, action, "report", number, row.division_code))
            answered = reports.by_number(connection, number, true())
            return _report(context, answered, _cases(connection, principal, [answered]).get(number))
    raise OwnAffairError


def _refused(context: Context, connection: Connection, principal: Principal, row: Any) -> bool:
    """Whether a report is for somebody else; that it was refused stands in the log."""
    if reports.by_number(connection, row.number, _others(connection, principal)) is not None:
        return False
    why = "own kin" if row.person in _near(connection, principal) else "own village"
    record(
        context, connection, Line(principal.name, "report.refused", "report", row.number, row.division_code, reason=why)
    )
    return True


def _near(connection: Connection, principal: Principal) -> set[str]:
    """The principal, kin and household: their reports are for others. An account that names a post alone is its
    holder's."""
    selves = {one.person_hash for one in _posts(connection, principal) if one.person_hash}
    selves |= {principal.person} if principal.person else set()
    near = set(selves)
    for me in sorted(selves):
        home = kin_ties.places_of(connection, {me}).get(me)
        household = kin_ties.members_of(connection, [home.household_id]) if home and home.household_id else {}
        near |= {*kin_ties.kin_of(connection, me), *household}
    return near


def _posts(connection: Connection, principal: Principal) -> list[Post]:
    officials = [principal.official_id] if principal.official_id else []
    return kin_ties.posts_of(connection, officials=officials, persons=[principal.person] if principal.person else [])


def _served(connection: Connection, principal: Principal) -> set[str]:
    """Villages the principal serves, or served, as one of their officials: what is reported there is likely about them
    or a colleague, and who reported is easily guessed from what was written."""
    found: set[str] = set()
    for one in _posts(connection, principal):
        if one.post.startswith("village_"):
            found |= {one.division_code, *division_paths.around(connection, one.division_code)}
    return found


def _others(connection: Connection, principal: Principal) -> ColumnElement[bool]:
    """The condition that a report is one for the principal to answer."""
    near, served = _near(connection, principal), _served(connection, principal)
    return and_(
        REPORTS.c.person.not_in(sorted(near)) if near else true(),
        REPORTS.c.division_code.not_in(sorted(served)) if served else true(),
    )


def _cases(connection: Connection, principal: Principal, rows: Sequence[Any]) -> dict[str, str]:
    """The cases of reports that the principal sees, by the report's number."""
    there = case_reports.cases_of(connection, [row.number for row in rows])
    found = {number: str(row.case_id) for number, row in there.items()}
    seen = cases.those(connection, sorted(set(found.values())), seen_by(connection, principal)) if found else set()
    return {number: case for number, case in found.items() if case in seen}


def _report(context: Context, row: Any, case_id: str | None = None) -> Report:
    return Report(
        report=row.report,
        number=row.number,
        kind=row.kind,
        disbursement_id=row.disbursement_id,
        division_code=row.division_code,
        text=open_text(context.seal, REPORTS.c.text, row.text) or "",
        made_at=row.made_at,
        state=cast(State, row.state),
        answer=open_text(context.seal, REPORTS.c.answer, row.answer),
        answered_at=row.answered_at,
        answered_by=row.answered_by,
        case_id=case_id,
    )
