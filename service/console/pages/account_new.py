"""Make an account, for administrators; its temporary password is shown once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.api.refusals import STATUS
from service.console.page import Page
from service.console.pages._accounts_parts import ACCESS, AccessForm, access_form, access_sent, entered_access
from service.console.visit import Sent, Visit, sent, visit
from service.work.access.grants import Access
from service.work.access.manage_accounts import NewAccount, make_account
from service.work.access.refused import RefusedError
from service.work.access.tell_holder import LENGTHS

PATH: Final = "/accounts/new"
SIGN_IN: Final = ("password", "oidc", "none")
"""How an account signs in: with a temporary password first, through the provider, or by keys alone (a system)."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The form of an account to be made, or what was made.

    * `access`: what it may do and where; `ways`: how it may sign in, `way` the one chosen
    * `made`, `made_id`, `password`: an account just made, and its temporary password, shown once; `asked`: its roles
      wait for a second administrator
    """

    access: AccessForm
    ways: tuple[str, ...]
    way: str = "password"
    made: str = ""
    made_id: int = 0
    password: str = ""
    asked: bool = False


PAGE: Final = Page("account_new", Contents(ACCESS, SIGN_IN), "accounts.manage", nav="accounts", width="read")
router: Final = APIRouter()


@router.get(PATH)
def show(visitor: Annotated[Visit, Depends(visit("accounts.manage"))]) -> Response:
    """Ask who it is for."""
    return visitor.page(PAGE, _contents(visitor, Access((), ())))


@router.post(f"{PATH}/make")
def post_make(form: Annotated[Sent, Depends(sent("accounts.manage"))]) -> Response:
    """Make it. The temporary password stands in this answer alone: sent again, the form leads to the account."""
    visitor = form.visit
    try:
        made = make_account(visitor.context, visitor.principal, _new(form))
    except RefusedError as refused:
        return _refused(form, refused)
    account = made.account
    answer = form.done(f"/accounts/{account.account_id}", "account_made")
    if made.password is None:
        return answer
    contents = replace(
        _contents(visitor, Access((), ())),
        made=account.name,
        made_id=account.account_id,
        password=made.password,
        asked=made.request_id is not None,
    )
    return visitor.page(PAGE, contents)


def _new(form: Sent) -> NewAccount:
    """The account a form asks for. Raises RefusedError."""
    way = form.get("way")
    id_number, email = form.get("id_number"), form.get("email")
    if way not in SIGN_IN or (way == "oidc" and not email):
        raise RefusedError(
            "not-as-expected",
            "Say how it signs in; through the organisation it takes the e-mail address.",
            "请选择登录方式；使用单位统一身份登录的，须填写电子邮箱。",
        )
    if id_number and (len(id_number) not in LENGTHS or not id_number.isascii()):
        raise RefusedError("not-as-expected", "The identity number is too short or too long.", "身份证号码长度不对。")
    return NewAccount(
        form.get("name"),
        access_sent(form),
        password=way == "password",
        official_id=form.get("official_id")[:64] or None,
        id_number=id_number or None,
        email=email[:254] if way == "oidc" else None,
    )


def _refused(form: Sent, refused: RefusedError) -> Response:
    form.refused()
    way = form.get("way")
    contents = replace(_contents(form.visit, entered_access(form)), way=way if way in SIGN_IN else "password")
    # The number of the holder is not written back: whoever looks at the screen need not read it.
    entered = {one: form.get(one) for one in ("name", "official_id", "email")}
    problem = (refused.chinese, str(refused))
    return form.visit.page(PAGE, contents, status=STATUS[refused.kind][0], problem=problem, entered=entered)


def _contents(visitor: Visit, access: Access) -> Contents:
    context = visitor.context
    ways = SIGN_IN if context.settings.oidc_issuer else ("password", "none")
    return Contents(access_form(context, visitor.principal, access), ways)
