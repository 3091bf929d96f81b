"""One account, for administrators: what it may do, closed or open, a new temporary password, its API keys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Response

from service.access import PERMISSIONS
from service.access.permissions import BY_HAND, SEES_CASES
from service.api.refusals import STATUS, told
from service.console.page import Page
from service.console.pages._accounts_parts import (
    ACCESS,
    KEY,
    KEY_DAYS,
    AccessForm,
    Key,
    Place,
    access_form,
    access_sent,
    entered_access,
    keys_of,
    named,
    new_key,
    number_of,
    words_of,
)
from service.console.visit import Sent, Visit, sent, visit
from service.work.access import api_keys
from service.work.access.authenticate import forget_keys
from service.work.access.grants import access_of, grant
from service.work.access.manage_accounts import close_account, get_account, reopen_account, reset_password
from service.work.access.refused import RefusedError
from service.work.access.tell_holder import tell_holder

PATH: Final = "/accounts/{number}"
LONGEST: Final = 500
"""Characters of a reason."""
MOST_KEYS: Final = 200


@dataclass(frozen=True, slots=True)
class Contents:
    """One account.

    * `number`, `name`, `roles`, `divisions`, `desks`, `official_id`: whose, what it may do and where
    * `is_person_known`: the holder's own number was given, so that cases near them go to others
    * `open`, `has_password`, `must_change`, `has_codes`, `linked`: how it stands and signs in
    * `made_by`, `made_at`; `reset_by`, `reset_at`: who last gave it a temporary password, None where nobody did
    * `own`: it is the account of whoever looks, which others close and reset
    * `access`: the form of what it may do
    * `keys`: its API keys; `permissions`: what a new one may be given, `chosen` what was chosen before a refusal,
      `days` how long it may hold
    * `password`, `key`: shown once
    """

    number: int
    name: str
    roles: tuple[str, ...]
    divisions: tuple[Place, ...]
    desks: tuple[str, ...]
    official_id: str | None
    is_person_known: bool
    open: bool
    has_password: bool
    must_change: bool
    has_codes: bool
    linked: bool
    made_by: str
    made_at: dt.datetime
    reset_by: str | None
    reset_at: dt.datetime | None
    own: bool
    access: AccessForm
    keys: tuple[Key, ...]
    permissions: tuple[str, ...]
    chosen: tuple[str, ...] = ()
    days: tuple[int, ...] = KEY_DAYS
    password: str = ""
    key: str = ""


_AT: Final = dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC)
PAGE: Final = Page(
    "account_of",
    Contents(
        3, "wang.fang", ("investigator",), (Place("519901", "青川县"),), ("discipline",), "O0001", True, True, True,
        True, False, True, "li.na", _AT, "li.na", _AT, False, ACCESS, (KEY,), ("runs_read", "funds_read"),
        ("runs_read",), KEY_DAYS, "abcde-fghjk-mnpqr-stuvw", "mb_3f9a1c0b77de_R4nd0m",
    ),
    "accounts.manage",
    nav="accounts",
    width="read",
)  # fmt: skip
router: Final = APIRouter()

Form = Annotated[Sent, Depends(sent("accounts.manage"))]
Number = Annotated[int, Path(ge=1, le=2**53)]


@router.get(PATH)
def show(visitor: Annotated[Visit, Depends(visit("accounts.manage"))], number: Number) -> Response:
    """Show it; 404 for one outside the scope of whoever looks."""
    return visitor.page(PAGE, _contents(visitor, number))


@router.post(f"{PATH}/access")
def post_access(form: Form, number: Number) -> Response:
    """Set what it may do; where one administrator may not alone, it waits for a second."""
    visitor = form.visit
    try:
        done = grant(visitor.context, visitor.principal, number, access_sent(form), _reason(form))
    except RefusedError as refused:
        access = access_form(visitor.context, visitor.principal, entered_access(form))
        return _refused(form, number, refused, access=access)
    if done.request_id is not None:
        return form.done("/accounts", "request_made")
    return form.done(_path(number), "access_changed")


@router.post(f"{PATH}/holder")
def post_holder(form: Form, number: Number) -> Response:
    """Note whose it is, where that was not told yet."""
    visitor = form.visit
    try:
        tell_holder(
            visitor.context,
            visitor.principal,
            number,
            id_number=form.get("id_number"),
            official_id=form.get("official_id"),
            reason=_reason(form),
        )
    except RefusedError as refused:
        return _refused(form, number, refused)
    return form.done(_path(number), "holder_told")


@router.post(f"{PATH}/close")
def post_close(form: Form, number: Number) -> Response:
    """Close it: sessions end, keys no longer work."""
    try:
        close_account(form.visit.context, form.visit.principal, number, _reason(form))
    except RefusedError as refused:
        return _refused(form, number, refused)
    return form.done(_path(number), "account_closed")


@router.post(f"{PATH}/reopen")
def post_reopen(form: Form, number: Number) -> Response:
    """Open it again."""
    try:
        reopen_account(form.visit.context, form.visit.principal, number, _reason(form))
    except RefusedError as refused:
        return _refused(form, number, refused)
    return form.done(_path(number), "account_reopened")


@router.post(f"{PATH}/password")
def post_password(form: Form, number: Number) -> Response:
    """A temporary password, shown once."""
    try:
        password = reset_password(form.visit.context, form.visit.principal, number, _reason(form))
    except RefusedError as refused:
        return _refused(form, number, refused)
    return _once(form, number, password=password)


@router.post(f"{PATH}/key")
def post_key(form: Form, number: Number) -> Response:
    """Make an API key for it, shown once."""
    visitor = form.visit
    try:
        _, key = api_keys.make_key(visitor.context, visitor.principal, new_key(form, number))
    except RefusedError as refused:
        return _refused(form, number, refused, chosen=words_of(form.lists.get("permissions", ())))
    return _once(form, number, key=key)


@router.post(f"{PATH}/key-revoke")
def post_key_revoke(form: Form, number: Number) -> Response:
    """Revoke one of its keys."""
    try:
        api_keys.revoke_key(form.visit.context, form.visit.principal, number_of(form, "key"))
    except RefusedError as refused:
        return _refused(form, number, refused)
    forget_keys(form.visit.context)
    return form.done(_path(number), "key_is_revoked")


def _path(number: int) -> str:
    return f"/accounts/{number}"


def _reason(form: Sent) -> str:
    """Why. Raises RefusedError where nothing is said."""
    reason = form.get("why")
    if not 0 < len(reason) <= LONGEST:
        raise RefusedError("not-as-expected", "Say why, in a few words.", f"请填写理由，不超过 {LONGEST} 字。")
    return reason


def _once(form: Sent, number: int, **shown: str) -> Response:
    """What is shown once stands in the answer to the form itself; sent again, it leads to the page without it."""
    form.done(_path(number))
    return form.visit.page(PAGE, replace(_contents(form.visit, number), **shown))  # type: ignore[arg-type]


def _refused(form: Sent, number: int, refused: RefusedError, **shown: Any) -> Response:
    form.refused()
    contents = replace(_contents(form.visit, number), **shown)
    entered = {one: form.get(one) for one in ("why", "others", "name", "addresses", "days", "official_id")}
    problem = (refused.chinese, str(refused))
    return form.visit.page(PAGE, contents, status=STATUS[refused.kind][0], problem=problem, entered=entered)


def _contents(visitor: Visit, number: int) -> Contents:
    context, who = visitor.context, visitor.principal
    with told():
        one = get_account(context, who, number)
    rows = api_keys.list_keys(context, who, after=0, limit=MOST_KEYS, account_id=number)
    allowed = {may for role, given in PERMISSIONS.items() if role in one.roles for may in given} - BY_HAND
    if one.account_id != who.account_id:
        allowed -= SEES_CASES
    return Contents(
        one.account_id,
        one.name,
        one.roles,
        named(context, one.divisions),
        one.desks,
        one.official_id,
        one.person is not None,
        one.open,
        one.password is not None,
        one.must_change,
        one.totp_on,
        one.subject is not None,
        one.made_by,
        one.made_at,
        one.reset_by,
        one.reset_at,
        one.account_id == who.account_id,
        access_form(context, who, access_of(one)),
        keys_of(context, rows),
        words_of(sorted(allowed)),
    )
