"""One's own account: what it may do, password, one-time codes, where one is signed in, API keys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response

from service.api.asking import COOKIE
from service.api.session_cookie import drop_session, put_session
from service.console.page import Page
from service.console.pages._accounts_parts import (
    KEY,
    KEY_DAYS,
    Key,
    Place,
    keys_of,
    named,
    new_key,
    number_of,
    words_of,
)
from service.console.visit import Address, Sent, Visit, sent, visit
from service.work.access import api_keys, one_time_codes
from service.work.access.authenticate import forget_keys
from service.work.access.own_account import own_account
from service.work.access.own_sessions import OwnSession, list_sessions
from service.work.access.refused import RefusedError
from service.work.access.sign_in import change_password, sign_out_everywhere
from service.work.webhooks.approve import waiting

PATH: Final = "/account"
MOST_KEYS: Final = 200


@dataclass(frozen=True, slots=True)
class Contents:
    """One's own account.

    * `first`: a temporary password has to be changed before anything else: nothing else is shown
    * `name`, `roles`, `divisions`, `desks`, `official_id`, `is_person_known`: as in `own_account.OwnAccount`
    * `has_password`, `password_at`, `has_codes`, `recovery_left`: how one signs in
    * `sessions`: where one is signed in, newest first; `keys`: one's own, newest first
    * `permissions`: what a new key may be given; `chosen`: what was chosen before a refusal (both as `words_of` writes
      them); `days`: how long it may hold
    * `secret`, `uri`: of one-time codes that are being set up, shown once, in groups of four; `confirming`: the first
      code is asked for
    * `approvals`: webhooks that wait for somebody who may see cases
    * `recovery`: recovery codes, shown once; `key`: a new key, shown once
    """

    first: bool
    name: str
    roles: tuple[str, ...]
    divisions: tuple[Place, ...]
    desks: tuple[str, ...]
    official_id: str | None
    is_person_known: bool
    has_password: bool
    password_at: dt.datetime | None
    has_codes: bool
    recovery_left: int
    sessions: tuple[OwnSession, ...]
    keys: tuple[Key, ...]
    permissions: tuple[str, ...]
    approvals: int
    chosen: tuple[str, ...] = ()
    days: tuple[int, ...] = KEY_DAYS
    confirming: bool = False
    secret: str = ""
    uri: str = ""
    recovery: tuple[str, ...] = ()
    key: str = ""


_AT: Final = dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC)
PAGE: Final = Page(
    "account",
    Contents(
        False, "wang.fang", ("investigator",), (Place("519901", "青川县"), Place("*", "")), ("discipline",), "O0001",
        True, True, _AT, False, 0,
        (OwnSession(1, "password", _AT, _AT, _AT, True), OwnSession(2, "oidc", _AT, _AT, _AT, False)),
        (KEY,), ("cases_read", "runs_read"), 2, ("runs_read",), KEY_DAYS, True, "JBSW Y3DP EHPK 3PXP",
        "otpauth://totp/Mingbai:wang.fang?secret=JBSWY3DPEHPK3PXP&issuer=Mingbai", ("abcde-fghjk",),
        "mb_3f9a1c0b77de_R4nd0m",
    ),
    None,
    width="read",
)  # fmt: skip
router: Final = APIRouter()

Form = Annotated[Sent, Depends(sent(None))]


@router.get(PATH)
def show(visitor: Annotated[Visit, Depends(visit(None))]) -> Response:
    """Show it. With a temporary password nothing but the change of it is there."""
    return visitor.page(PAGE, _contents(visitor))


@router.post(f"{PATH}/password")
def post_password(form: Form) -> Response:
    """Change the password. Every session ends; this browser gets a new one."""
    visitor = form.visit
    new = form.fields.get("new", "")
    if new != form.fields.get("again", ""):
        return _refused(form, ("两次输入的新密码不一致。", "The new password was not entered twice alike."))
    old, address = form.fields.get("old", ""), Address(visitor.request)
    try:
        done = change_password(visitor.context, visitor.principal, old=old, new=new, address=address)
    except RefusedError as refused:
        return _refused(form, refused)
    answer = form.done("/overview" if visitor.principal.limited_to is not None else PATH, "password_changed")
    put_session(answer, visitor.context, done.token)
    return answer


@router.post(f"{PATH}/codes")
def post_codes(form: Form) -> Response:
    """Begin with one-time codes: the secret is shown once, and a first code asked for."""
    visitor = form.visit
    try:
        made = one_time_codes.start(
            visitor.context, visitor.principal, form.fields.get("password", ""), Address(visitor.request)
        )
    except RefusedError as refused:
        return _refused(form, refused)
    secret = " ".join(made.secret[at : at + 4] for at in range(0, len(made.secret), 4))
    return _once(form, confirming=True, secret=secret, uri=made.uri)


@router.post(f"{PATH}/codes-confirm")
def post_codes_confirm(form: Form) -> Response:
    """Switch one-time codes on with a first code; the recovery codes are shown once."""
    try:
        codes = one_time_codes.confirm(form.visit.context, form.visit.principal, form.get("code"))
    except RefusedError as refused:
        return _refused(form, refused, confirming=refused.kind == "wrong-sign-in")
    return _once(form, recovery=tuple(codes))


@router.post(f"{PATH}/codes-remove")
def post_codes_remove(form: Form) -> Response:
    """Switch one-time codes off; takes the password and a code."""
    visitor = form.visit
    try:
        one_time_codes.remove(
            visitor.context,
            visitor.principal,
            form.fields.get("password", ""),
            form.get("code"),
            Address(visitor.request),
        )
    except RefusedError as refused:
        return _refused(form, refused)
    return form.done(PATH, "codes_removed")


@router.post(f"{PATH}/end-sessions")
def post_end_sessions(form: Form) -> Response:
    """Sign out everywhere, here too."""
    visitor = form.visit
    answer = form.done("/sign-in", "signed_out")
    sign_out_everywhere(visitor.context, visitor.principal)
    drop_session(answer, visitor.context)
    return answer


@router.post(f"{PATH}/key")
def post_key(form: Form) -> Response:
    """Make an API key for oneself, shown once."""
    visitor = form.visit
    try:
        _, key = api_keys.make_key(visitor.context, visitor.principal, new_key(form, visitor.principal.account_id))
    except RefusedError as refused:
        return _refused(form, refused, chosen=words_of(form.lists.get("permissions", ())))
    return _once(form, key=key)


@router.post(f"{PATH}/key-revoke")
def post_key_revoke(form: Form) -> Response:
    """Revoke a key of one's own."""
    visitor = form.visit
    try:
        api_keys.revoke_key(visitor.context, visitor.principal, number_of(form, "key"), own_only=True)
    except RefusedError as refused:
        return _refused(form, refused)
    forget_keys(visitor.context)
    return form.done(PATH, "key_is_revoked")


def _once(form: Sent, **shown: Any) -> Response:
    """What is shown once stands in the answer to the form itself. Sent again, or reloaded, the form leads to the page
    without it."""
    form.done(PATH)
    return form.visit.page(PAGE, replace(_contents(form.visit), **shown))


def _refused(form: Sent, why: RefusedError | tuple[str, str], **shown: Any) -> Response:
    form.refused()
    problem = why if isinstance(why, tuple) else (why.chinese, str(why))
    status = 429 if isinstance(why, RefusedError) and why.kind == "wait" else 422
    entered = {name: form.get(name) for name in ("name", "addresses", "days")}
    contents = replace(_contents(form.visit), **shown)
    return form.visit.page(PAGE, contents, status=status, problem=problem, entered=entered)


def _contents(visitor: Visit) -> Contents:
    context, who = visitor.context, visitor.principal
    own = own_account(context, who)
    rows = api_keys.list_keys(context, who, after=0, limit=MOST_KEYS, account_id=who.account_id)
    return Contents(
        who.limited_to is not None,
        own.name,
        own.roles,
        named(context, own.divisions),
        own.desks,
        own.official_id,
        own.is_person_known,
        own.has_password,
        own.password_at,
        own.has_codes,
        own.recovery_left,
        tuple(list_sessions(context, who, visitor.request.cookies.get(COOKIE, ""))),
        keys_of(context, rows),
        words_of(own.key_permissions),
        len(waiting(context, who, 0, MOST_KEYS)) if who.may("cases.read") else 0,
    )
