"""Accounts of staff and systems, for administrators: find one, decide as the second administrator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Response

from service.api.refusals import STATUS
from service.console.page import Page
from service.console.pages._accounts_parts import STAFF, Place, named, number_of
from service.console.visit import Sent, Visit, sent, visit
from service.store.accounts import Account
from service.work.access import second_person
from service.work.access.manage_accounts import get_account, list_accounts
from service.work.access.refused import RefusedError

PATH: Final = "/accounts"
MOST: Final = 50
"""Accounts on a page."""
MOST_WAITING: Final = 20


@dataclass(frozen=True, slots=True)
class Row:
    """An account in the list."""

    number: int
    name: str
    roles: tuple[str, ...]
    divisions: tuple[Place, ...]
    desks: tuple[str, ...]
    open: bool
    must_change: bool
    has_password: bool
    has_codes: bool
    made_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change of access that waits for a second administrator: whose, what it is to be, why, asked by whom and when,
    until when; `own`: asked by whoever looks, who may take it back only."""

    number: int
    account: str
    account_id: int
    roles: tuple[str, ...]
    divisions: tuple[Place, ...]
    desks: tuple[str, ...]
    reason: str
    asked_by: str
    asked_at: dt.datetime
    ends_at: dt.datetime
    own: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """Accounts in the scope of whoever looks.

    * `rows`: a page of them; `next`: address of the next page, empty at the end
    * `name`, `role`, `state`: what is looked for, empty for all; `all_roles`: roles there are
    * `waiting`: changes for a second administrator
    """

    rows: tuple[Row, ...]
    next: str
    name: str
    role: str
    state: str
    all_roles: tuple[str, ...]
    waiting: tuple[Waiting, ...]


_AT: Final = dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC)
_PLACES: Final = (Place("519901", "青川县"), Place("*", ""))
PAGE: Final = Page(
    "accounts",
    Contents(
        (
            Row(3, "wang.fang", ("investigator",), _PLACES, ("discipline",), True, True, True, False, _AT),
            Row(4, "bank", ("disbursement_system",), _PLACES, (), False, False, False, True, _AT),
        ),
        "/accounts?after=4", "wang", "investigator", "open", STAFF,
        (
            Waiting(5, "wang.fang", 3, ("auditor",), _PLACES, ("owed",), "七月代班", "li.na", _AT, _AT, True),
            Waiting(6, "zhao.min", 9, ("auditor",), _PLACES, (), "七月代班", "li.na", _AT, _AT, False),
        ),
    ),
    "accounts.manage",
    nav="accounts",
)  # fmt: skip
router: Final = APIRouter()

Form = Annotated[Sent, Depends(sent("accounts.manage"))]


@router.get(PATH)
def show(
    visitor: Annotated[Visit, Depends(visit("accounts.manage"))],
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    name: Annotated[str, Query(max_length=64)] = "",
    role: Annotated[str, Query(max_length=32)] = "",
    state: Literal["", "open", "closed"] = "",
) -> Response:
    """Show a page of accounts, and what waits."""
    return visitor.page(PAGE, _contents(visitor, after, name, role, state))


@router.post(f"{PATH}/approve")
def post_approve(form: Form) -> Response:
    """Grant what was asked, as the second administrator."""
    try:
        second_person.approve(form.visit.context, form.visit.principal, number_of(form, "request"))
    except RefusedError as refused:
        return _refused(form, refused)
    return form.done(PATH, "request_granted")


@router.post(f"{PATH}/refuse")
def post_refuse(form: Form) -> Response:
    """Refuse what was asked, or take one's own request back."""
    try:
        second_person.refuse(form.visit.context, form.visit.principal, number_of(form, "request"))
    except RefusedError as refused:
        return _refused(form, refused)
    return form.done(PATH, "request_refused")


def _refused(form: Sent, refused: RefusedError) -> Response:
    form.refused()
    problem = (refused.chinese, str(refused))
    return form.visit.page(PAGE, _contents(form.visit), status=STATUS[refused.kind][0], problem=problem)


def _contents(visitor: Visit, after: int = 0, name: str = "", role: str = "", state: str = "") -> Contents:
    context, who = visitor.context, visitor.principal
    is_open = None if not state else state == "open"
    found = list_accounts(context, who, after=after, limit=MOST + 1, name=name, role=role, is_open=is_open)
    page = found[:MOST]
    query = "".join(
        f"&{key}={value}"
        for key, value in (("name", _quoted(name)), ("role", _quoted(role)), ("state", state))
        if value
    )
    return Contents(
        tuple(_row(visitor, one) for one in page),
        f"{PATH}?after={page[-1].account_id}{query}" if len(found) > MOST else "",
        name,
        role if role in STAFF else "",
        state,
        STAFF,
        tuple(_waiting(visitor, second_person.list_requests(context, who, after=0, limit=MOST_WAITING, waiting=True))),
    )


def _row(visitor: Visit, one: Account) -> Row:
    return Row(
        one.account_id,
        one.name,
        one.roles,
        named(visitor.context, one.divisions),
        one.desks,
        one.open,
        one.must_change,
        one.password is not None,
        one.totp_on,
        one.made_at,
    )


def _waiting(visitor: Visit, asked: Iterable[dict[str, Any]]) -> Iterable[Waiting]:
    context, who = visitor.context, visitor.principal

    def name_of(number: int) -> str:
        try:
            return get_account(context, who, number).name
        except RefusedError:
            return f"#{number}"  # outside the scope of whoever looks

    for one in asked:
        yield Waiting(
            int(one["request_id"]),
            name_of(int(one["account_id"])),
            int(one["account_id"]),
            tuple(one["roles"]),
            named(context, one["divisions"]),
            tuple(one["desks"]),
            one["reason"],
            name_of(int(one["asked_by"])),
            one["asked_at"],
            one["ends_at"],
            int(one["asked_by"]) == who.account_id,
        )


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")
