"""What is done to a case from its page: each form calls one verb, and leads back to the case."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Final, cast, get_args

from fastapi import APIRouter, Depends, Response

from service.api.routes._queue_bodies import CaseNumber
from service.api.routes._queue_told import STATUS, told
from service.console.pages._case_shapes import Unmasked
from service.console.pages._case_view import view
from service.console.sent_file import SentFile, sent_file
from service.console.visit import Sent, sent
from service.store.personal_values import ValueKind
from service.work.errors import WorkError
from service.work.personal.unmask import A_DAY
from service.work.queue.assign_case import assign_case
from service.work.queue.attach_file import attach_file
from service.work.queue.close_case import close_case, countersign, refuse_closing, withdraw_closing
from service.work.queue.closing import Closing
from service.work.queue.errors import QueueError, Unfit
from service.work.queue.link_cases import KINDS, LinkKind, link_cases, unlink_cases
from service.work.queue.move_case import move_case
from service.work.queue.reopen import reopen_case
from service.work.queue.split_cases import merge_cases
from service.work.queue.states import OPEN
from service.work.queue.unmask_member import unmask_member
from service.work.queue.write_note import write_note

router: Final = APIRouter()

NOT_KEPT: Final = ("form_token", "form_key", "version")
Worker = Annotated[Sent, Depends(sent("cases.work"))]
Assigner = Annotated[Sent, Depends(sent("cases.assign"))]
Second = Annotated[Sent, Depends(sent("cases.countersign"))]


def version_of(form: Sent) -> int:
    """The version of the case the form was filled in for. Raises Unfit."""
    text = form.get("version")
    if not re.fullmatch("[0-9]{1,10}", text) or not 0 < int(text) < 2**31:
        raise Unfit("version", "The form is not whole: open the case again.", "表单不完整：请重新打开该核查件。")
    return int(text)


def entered(form: Sent) -> dict[str, str]:
    """What was entered, to be shown again."""
    return {name: value for name, value in form.fields.items() if name not in NOT_KEPT}


def status_of(error: WorkError) -> int:
    """The status of a page that tells why something was not done."""
    return next((number for kind, number, _ in STATUS if isinstance(error, kind)), 422)


def refused(form: Sent, case_id: str, error: WorkError) -> Response:
    """The page of the case again, with what was entered, why it was not done, and what changed meanwhile."""
    form.refused()
    read_at = None
    if isinstance(error, QueueError) and error.kind == "stale":
        with suppress(Unfit):
            read_at = version_of(form)
    problem = (error.chinese, str(error))
    with told():
        return view(
            form.visit, case_id, status=status_of(error), problem=problem, entered=entered(form), read_at=read_at
        )


def do(form: Sent, case_id: str, said: str, verb: Callable[[], str | None]) -> Response:
    """Call a verb, which may name another case to lead to; where it refuses, show the case and why."""
    try:
        there = verb()
    except WorkError as error:
        return refused(form, case_id, error)
    return form.done(f"/cases/{there or case_id}", said)


@router.post("/cases/{case_id}/move")
def move(form: Worker, case_id: CaseNumber) -> Response:
    """Move an open case to another open state."""

    def verb() -> None:
        to, until = form.get("move_to"), form.get("move_until")
        if to not in OPEN:
            raise Unfit("to", "Choose a state.", "请选择转办去向。")
        day = _day(until) if until and to == "held" else None
        reason = form.get("move_reason")
        move_case(form.visit.context, form.visit.principal, case_id, version_of(form), to, reason, until=day)

    return do(form, case_id, "said_moved", verb)


def _day(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
        # Beyond these no moment can be made of a day everywhere.
        if not dt.date(1990, 1, 1) <= day <= dt.date(2200, 1, 1):
            raise ValueError
        return day
    except ValueError:
        raise Unfit("until", "Expected a date such as 2019-09-01.", "日期应形如 2019-09-01。") from None


@router.post("/cases/{case_id}/take")
def take(form: Worker, case_id: CaseNumber) -> Response:
    """Take a case nobody has."""
    who = form.visit.principal
    reason = "自行承办" if form.visit.language == "zh" else "Takes it on"
    return _assign(form, case_id, "said_taken", who.account_id, reason)


@router.post("/cases/{case_id}/give-back")
def give_back(form: Worker, case_id: CaseNumber) -> Response:
    """Give one's own case back."""
    return _assign(form, case_id, "said_given_back", None, form.get("give_reason"))


@router.post("/cases/{case_id}/assign")
def assign(form: Assigner, case_id: CaseNumber) -> Response:
    """Give a case to somebody, or to nobody."""
    chosen = form.get("assign_account")
    if not re.fullmatch("nobody|[0-9]{1,15}", chosen):
        return refused(form, case_id, Unfit("account_id", "Choose somebody.", "请选择承办人。"))
    number = None if chosen == "nobody" else int(chosen)
    return _assign(form, case_id, "said_given", number, form.get("assign_reason"))


def _assign(form: Sent, case_id: str, said: str, account_id: int | None, reason: str) -> Response:
    def verb() -> None:
        assign_case(form.visit.context, form.visit.principal, case_id, version_of(form), account_id, reason)

    return do(form, case_id, said, verb)


@router.post("/cases/{case_id}/sign")
def sign(form: Second, case_id: CaseNumber) -> Response:
    """Agree to the closing somebody else proposed."""

    def verb() -> None:
        countersign(form.visit.context, form.visit.principal, case_id, version_of(form))

    return do(form, case_id, "said_closed", verb)


@router.post("/cases/{case_id}/refuse")
def refuse(form: Second, case_id: CaseNumber) -> Response:
    """Do not agree to it, and say why."""

    def verb() -> None:
        reason = form.get("refuse_reason")
        refuse_closing(form.visit.context, form.visit.principal, case_id, version_of(form), reason)

    return do(form, case_id, "said_refused", verb)


@router.post("/cases/{case_id}/withdraw")
def withdraw(form: Worker, case_id: CaseNumber) -> Response:
    """Take one's own proposal back."""

    def verb() -> None:
        reason = form.get("withdraw_reason")
        withdraw_closing(form.visit.context, form.visit.principal, case_id, version_of(form), reason)

    return do(form, case_id, "said_withdrawn", verb)


@router.post("/cases/{case_id}/reopen")
def reopen(form: Second, case_id: CaseNumber) -> Response:
    """Look at a closed case again."""

    def verb() -> None:
        reason = form.get("reopen_reason")
        reopen_case(form.visit.context, form.visit.principal, case_id, version_of(form), reason)

    return do(form, case_id, "said_reopened", verb)


@router.post("/cases/{case_id}/clear-by-name")
def clear_by_name(form: Worker, case_id: CaseNumber) -> Response:
    """Say aloud that nothing was wrong, of a case that was cleared."""

    def verb() -> None:
        closing, reason = Closing("cleared_by_name"), form.get("name_reason")
        close_case(form.visit.context, form.visit.principal, case_id, version_of(form), closing, reason)

    return do(form, case_id, "said_cleared", verb)


@router.post("/cases/{case_id}/note")
def note(form: Worker, case_id: CaseNumber) -> Response:
    """Write a note."""

    def verb() -> None:
        # Sent once by its key; the word keeps it once even where a crash came between.
        write_note(
            form.visit.context, form.visit.principal, case_id, form.get("note_text"), form.get("form_key") or None
        )

    return do(form, case_id, "said_noted", verb)


@router.post("/cases/{case_id}/attach")
def attach(form: Annotated[SentFile, Depends(sent_file("cases.work"))], case_id: CaseNumber) -> Response:
    """Attach a file."""

    def verb() -> None:
        if form.too_large is not None:
            raise form.too_large
        if not form.content:
            raise Unfit("file", "Choose a file that is not empty.", "请选择非空的文件。")
        attach_file(form.visit.context, form.visit.principal, case_id, form.name, form.content)

    return do(form, case_id, "said_attached", verb)


@router.post("/cases/{case_id}/link")
def link(form: Worker, case_id: CaseNumber) -> Response:
    """Say how the case belongs to another."""

    def verb() -> None:
        other, kind = form.get("link_other").upper(), _kind(form.get("link_kind"))
        link_cases(form.visit.context, form.visit.principal, case_id, other, kind)

    return do(form, case_id, "said_linked", verb)


@router.post("/cases/{case_id}/unlink")
def unlink(form: Worker, case_id: CaseNumber) -> Response:
    """Take a link away, in the direction it was made."""

    def verb() -> None:
        other, kind = form.get("unlink_other"), _kind(form.get("unlink_kind"))
        first, second = (case_id, other) if form.get("unlink_first") == case_id else (other, case_id)
        unlink_cases(form.visit.context, form.visit.principal, first, second, kind)

    return do(form, case_id, "said_unlinked", verb)


def _kind(text: str) -> LinkKind:
    if text not in KINDS:
        raise Unfit("kind", f"Expected one of {', '.join(KINDS)}.", "请选择关联类型。")
    return text


@router.post("/cases/{case_id}/merge")
def merge(form: Assigner, case_id: CaseNumber) -> Response:
    """Put the case's payments into another."""

    def verb() -> str:
        into = form.get("merge_into").upper()
        who = form.visit.principal
        merge_cases(form.visit.context, who, case_id, version_of(form), into, form.get("merge_reason"))
        return into

    return do(form, case_id, "said_merged", verb)


@router.post("/cases/{case_id}/unmask")
def unmask(form: Annotated[Sent, Depends(sent("persons.unmask"))], case_id: CaseNumber) -> Response:
    """Show one whole number once: on this answer alone, which no address and no cookie holds."""
    visitor, payment, field = form.visit, form.get("unmask_payment"), form.get("unmask_field")
    try:
        if field not in get_args(ValueKind):
            raise Unfit("field", "Choose what to show.", "请选择要查看的内容。")
        kind = cast(ValueKind, field)
        found = unmask_member(visitor.context, visitor.principal, case_id, payment, kind, form.get("unmask_reason"))
    except WorkError as error:
        return refused(form, case_id, error)
    form.done(f"/cases/{case_id}")
    with told():
        shown = Unmasked(payment, field, found.value, found.today, A_DAY)
        return view(visitor, case_id, unmasked=shown)
