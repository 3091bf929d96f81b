"""A recipient reports a problem: kept under a number, and handed in as a row of `complaints`, which scoring reads."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal, cast

from sqlalchemy import Connection, and_

from service.access import Principal
from service.sealing.column import open_text, seal_text
from service.store import case_reports, jobs, outbox, recipients, reports
from service.store.payments import PAYMENTS
from service.store.payments_of import standing_payments
from service.store.reports import REPORTS
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.facts.take_rows import take_rows

Kind = Literal["not_received", "too_little", "card_held", "not_mine", "objection", "other"]
State = Literal["received", "looked_at", "answered"]

KINDS: Final[dict[Kind, tuple[str, str]]] = {
    "not_received": ("钱没有收到", "money did not come"),
    "too_little": ("到账金额少了", "too little came"),
    "card_held": ("我的卡被他人保管", "somebody holds my card"),
    "not_mine": ("我没有申请过这一项", "I never applied for this"),
    "objection": ("对核对或信息有异议", "I object to what is said or asked"),
    "other": ("其他问题", "something else"),
}
CASE_JOB: Final = "cases_of_reports"
"""The job that brings reports without a payment before a desk: see `open_cases`."""
A_DAY: Final = 5
"""Reports a person can make in a day: more would drown those of others."""
NOWHERE: Final = ""
"""The division of a report nobody knows a place for."""
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class Refused(Enum):
    """Why a report was not taken."""

    NOT_YOURS = "the payment is not the recipient's own"
    TOO_MANY = "too many reports in a day"


Checking = Literal["none", "waiting", "under_way", "done"]
"""How far the case is that was opened on a report; nothing of what was found."""


@dataclass(frozen=True, slots=True)
class OwnReport:
    """A report as the one who made it sees it."""

    number: str
    kind: Kind
    disbursement_id: str | None
    made_at: dt.datetime
    state: State
    answer: str | None
    answered_at: dt.datetime | None
    checking: Checking = "none"


def report(
    context: Context, principal: Principal, kind: Kind, disbursement_id: str | None, text: str
) -> OwnReport | Refused:
    """Take a report. The same person saying the same again within a day gets the number it already has."""
    person = _person(principal)
    now = context.clock.now()
    with context.database.write() as connection:
        context.database.alone(connection, f"report {person}")
        today = reports.made_since(connection, person, now - dt.timedelta(days=1))
        for row in today:
            if (row.kind, row.disbursement_id) == (kind, disbursement_id) and _text(context, row) == text:
                return _own(context, row)
        if len(today) >= A_DAY:
            return Refused.TOO_MANY
        payment = None
        if disbursement_id is not None:
            mine = and_(PAYMENTS.c.person == person, PAYMENTS.c.disbursement_id == disbursement_id)
            payment = next(iter(standing_payments(connection, mine)), None)
            if payment is None:
                return Refused.NOT_YOURS
        who = recipients.by_person(connection, person)
        number = "B-" + "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(2))
        division = _division(connection, principal, who, payment)
        reports.add(
            connection,
            number=number,
            person=person,
            kind=kind,
            disbursement_id=disbursement_id,
            division_code=division or NOWHERE,
            text=seal_text(context.seal, REPORTS.c.text, text),
            made_at=now,
        )
        row_of_contract: dict[str, Any] = {
            "complaint_id": number,
            "at": now.isoformat(),
            "division_code": division,
            # Nobody who looks at the history of a person learns there that they reported something.
            "person_id": None,
            "program_id": payment.program_id if payment is not None else None,
            "text": f"[{KINDS[kind][0]}] {text}",
        }
        take_rows(context, connection, "complaints", [row_of_contract], source="recipients' page")
        outbox.add(
            connection,
            "org.mingbai.report.received",
            f"reports/{number}",
            {"number": number, "kind": kind, "division_code": division},
            now,
        )
        if disbursement_id is None:
            jobs.add(connection, CASE_JOB, {}, now, name=CASE_JOB)
        record(context, connection, Line(principal.name, "report.make", "report", number, division))
    return OwnReport(number, kind, disbursement_id, now, "received", None, None)


def _division(connection: Connection, principal: Principal, who: Any, payment: Any) -> str | None:
    """Where a report is read: where the register has the person, else where the payment was made, else where the person
    was when they signed in, else where they were paid last: a desk of some place answers it. None where nothing is
    known: it is read by those who see everywhere."""
    if who is not None or payment is not None:
        return str((who if who is not None else payment).division_code)
    if principal.divisions:
        return principal.divisions[0]
    paid = standing_payments(connection, PAYMENTS.c.person == principal.person)
    return str(paid[0].division_code) if paid else None


def own_reports(context: Context, principal: Principal) -> list[OwnReport]:
    """The reports of whoever is signed in, newest first."""
    with context.database.read() as connection:
        rows = reports.of_person(connection, _person(principal))
        found = case_reports.cases_of(connection, [row.number for row in rows])
        return [_own(context, row, found.get(row.number)) for row in rows]


def _person(principal: Principal) -> str:
    if principal.person is None:
        raise PermissionError("only a recipient reports here")
    return principal.person


def _text(context: Context, row: Any) -> str | None:
    return open_text(context.seal, REPORTS.c.text, row.text)


def _checking(case: Any) -> Checking:
    if case is None:
        return "none"
    if not case.is_open:
        return "done"
    return "waiting" if case.state == "new" and case.assignee_id is None else "under_way"


def _own(context: Context, row: Any, case: Any = None) -> OwnReport:
    return OwnReport(
        number=row.number,
        kind=cast(Kind, row.kind),
        disbursement_id=row.disbursement_id,
        made_at=row.made_at,
        state=cast(State, row.state),
        answer=open_text(context.seal, REPORTS.c.answer, row.answer),
        answered_at=row.answered_at,
        checking=_checking(case),
    )
