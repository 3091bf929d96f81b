"""Staff read recipients' reports and answer them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from sqlalchemy import ColumnElement, and_, true

from service.access import Principal
from service.access.scope import within
from service.sealing.column import open_text, seal_text
from service.store import kin_ties, reports
from service.store.reports import REPORTS
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.notices.make import note_answered

State = Literal["received", "looked_at", "answered"]
STATES: Final[tuple[State, ...]] = ("received", "looked_at", "answered")


class OwnAffairError(Exception):
    """A report of the principal's own kin or household: somebody else has to answer it."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report as staff see it: who made it is not told, what they wrote is."""

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


def list_reports(
    context: Context, principal: Principal, *, state: State | None, after: int, limit: int, newest_first: bool = False
) -> list[Report]:
    """Reports in the principal's scope behind a number, oldest first, or newest first before it; those of own kin and
    household are left out."""
    where = and_(within(principal, REPORTS.c.division_code), true() if state is None else REPORTS.c.state == state)
    with context.database.read() as connection:
        near = _near(connection, principal)
        rows = reports.listed(connection, and_(where, _not(near)), after, limit, newest_first=newest_first)
        return [_report(context, row) for row in rows]


def read_report(context: Context, principal: Principal, number: str) -> Report | None:
    """One report; the look stands in the log. None where there is none in scope, or it is of own kin or household."""
    with context.database.write() as connection:
        row = reports.by_number(connection, number, within(principal, REPORTS.c.division_code))
        if row is None:
            return None
        if row.person in _near(connection, principal):
            refused = Line(principal.name, "report.refused", "report", number, row.division_code, reason="own kin")
            record(context, connection, refused)
            return None
        record(context, connection, Line(principal.name, "report.read", "report", number, row.division_code))
        return _report(context, row)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Reports that wait for an answer: how many, and when the oldest was made; None where none waits."""

    count: int
    oldest: dt.datetime | None


def unanswered(context: Context, principal: Principal) -> Unanswered:
    """What waits for an answer in the principal's scope, without those of own kin and household."""
    with context.database.read() as connection:
        near = _near(connection, principal)
        where = and_(within(principal, REPORTS.c.division_code), _not(near))
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
        if row.person in _near(connection, principal):
            refused = Line(principal.name, "report.refused", "report", number, row.division_code, reason="own kin")
            record(context, connection, refused)
        else:
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
            return _report(context, reports.by_number(connection, number, true()))
    raise OwnAffairError


def _near(connection: Any, principal: Principal) -> set[str]:
    """The principal, kin and household: their reports are for others."""
    if principal.person is None:
        return set()
    me = principal.person
    home = kin_ties.places_of(connection, {me}).get(me)
    household = kin_ties.members_of(connection, [home.household_id]) if home and home.household_id else {}
    return {me, *kin_ties.kin_of(connection, me), *household}


def _not(near: set[str]) -> ColumnElement[bool]:
    return REPORTS.c.person.not_in(sorted(near)) if near else true()


def _report(context: Context, row: Any) -> Report:
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
    )
