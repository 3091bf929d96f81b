"""Accounts and what they may do, for administrators."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.problem import responses
from service.api.refusals import told
from service.api.texts import Line, Lines
from service.store.accounts import Account
from service.work.access import grants, manage_accounts
from service.work.access.tell_holder import tell_holder

router = APIRouter(prefix="/v1/accounts", tags=["accounts"])

Administrator = Annotated[Principal, Depends(needs("accounts.manage"))]
AccountId = Annotated[int, Path(ge=1, le=2**53, examples=[3])]
After = Annotated[int, Query(ge=0, le=2**53, description="The last number of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]
StaffRole = Literal[
    "disbursement_system",
    "investigator",
    "supervisor",
    "department_verifier",
    "auditor",
    "data_scientist",
    "administrator",
]
Division = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^(\*|[0-9A-Za-z._-]+)$", examples=["519901"])]
Desk = Literal["discipline", "department", "owed"]
Reason = Annotated[Lines, Field(min_length=1, max_length=500, examples=["Moved to the owed desk"])]
"""Stands in the log: no identity number, name or phone belongs in it."""
Short = Annotated[Line, Field(min_length=1, max_length=255)]


class AccessBody(BaseModel):
    """Roles, divisions (each with everything below it; `*` is everywhere) and desks (none: those of the roles)."""

    roles: Annotated[list[StaffRole], Field(min_length=1, max_length=7, examples=[["investigator"]])]
    divisions: Annotated[list[Division], Field(min_length=1, max_length=200, examples=[["519901"]])]
    desks: Annotated[list[Desk], Field(max_length=3, examples=[["discipline"]])] = []

    def access(self) -> grants.Access:
        """As the work takes it."""
        return grants.Access(tuple(self.roles), tuple(self.divisions), tuple(self.desks))


class NewAccountBody(AccessBody):
    """An account to be made. `sign_in`: `password` gives a temporary one, `oidc` links the account at its first
    sign-in to whoever has the e-mail address (or to `subject` of the issuer in the settings), `none` is a system that
    has API keys. `id_number` and `email` are the holder's own; only keyed hashes are kept."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "wang.fang",
                    "roles": ["investigator"],
                    "divisions": ["519901"],
                    "desks": ["discipline"],
                    "sign_in": "password",
                }
            ]
        }
    )
    name: Annotated[Line, Field(min_length=2, max_length=64)]
    sign_in: Literal["password", "oidc", "none"] = "password"
    official_id: Annotated[Line, Field(min_length=1, max_length=64)] | None = None
    id_number: Annotated[Line, Field(min_length=15, max_length=64)] | None = None
    email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$")] | None = None
    subject: Short | None = None


class AccountAnswer(BaseModel):
    """An account. Passwords, secrets and hashes stay where they are."""

    account_id: int = Field(examples=[3])
    name: str = Field(examples=["wang.fang"])
    roles: list[str] = Field(examples=[["investigator"]])
    divisions: list[str] = Field(examples=[["519901"]])
    desks: list[str] = Field(examples=[["discipline"]])
    official_id: str | None = Field(examples=["O0001"])
    open: bool
    has_password: bool
    must_change_password: bool
    has_codes: bool
    linked: bool = Field(description="Whether it is linked to somebody at the OpenID Connect provider.")
    made_by: str = Field(examples=["li.na"])
    made_at: dt.datetime


class MadeAnswer(BaseModel):
    """A new account, and its temporary password, shown once and good for 72 hours. With a `request_id` its roles wait
    for a second administrator."""

    account: AccountAnswer
    temporary_password: str | None = Field(examples=["abcde-fghjk-mnpqr-stuvw"])
    request_id: int | None = Field(examples=[None])


class AccountsAnswer(BaseModel):
    """A page of accounts; `next` is the `after` of the next page, none at the end."""

    items: list[AccountAnswer]
    next: int | None = Field(examples=[3])


class GrantBody(AccessBody):
    """What an account is to be allowed, instead of what it is now, and why."""

    reason: Reason


class GrantAnswer(BaseModel):
    """Done, or (202) waiting as a request until a second administrator decides."""

    account: AccountAnswer
    request_id: int | None = Field(examples=[None])


class ReasonBody(BaseModel):
    """Why."""

    reason: Reason


class HolderBody(ReasonBody):
    """Whose an account is, and why it is noted: the holder's own identity number, of which only a keyed hash is kept,
    and their number as an official."""

    id_number: Annotated[Line, Field(min_length=15, max_length=64)] | None = None
    official_id: Annotated[Line, Field(min_length=1, max_length=64, examples=["O0001"])] | None = None


class PasswordAnswer(BaseModel):
    """A temporary password, shown once and good for 72 hours."""

    temporary_password: str = Field(examples=["abcde-fghjk-mnpqr-stuvw"])


def account_answer(account: Account) -> AccountAnswer:
    """An account as routes tell it."""
    return AccountAnswer(
        account_id=account.account_id,
        name=account.name,
        roles=list(account.roles),
        divisions=list(account.divisions),
        desks=list(account.desks),
        official_id=account.official_id,
        open=account.open,
        has_password=account.password is not None,
        must_change_password=account.must_change,
        has_codes=account.totp_on,
        linked=account.subject is not None,
        made_by=account.made_by,
        made_at=account.made_at,
    )


@router.get("", responses=responses(401, 403, 422))
def get_accounts(context: Asked, who: Administrator, after: After = 0, limit: Limit = 100) -> AccountsAnswer:
    """Accounts all of whose divisions lie in yours, by number."""
    found = manage_accounts.list_accounts(context, who, after=after, limit=limit)
    return AccountsAnswer(
        items=[account_answer(one) for one in found], next=found[-1].account_id if len(found) == limit else None
    )


@router.post("", status_code=201, responses=responses(401, 403, 409, 422, 503))
def post_account(body: NewAccountBody, response: Response, context: Asked, who: Administrator) -> MadeAnswer:
    """Make an account."""
    new = manage_accounts.NewAccount(
        body.name,
        body.access(),
        password=body.sign_in == "password",
        official_id=body.official_id,
        id_number=body.id_number,
        email=body.email,
        issuer=context.settings.oidc_issuer if body.subject else None,
        subject=body.subject,
    )
    with told():
        made = manage_accounts.make_account(context, who, new)
    response.headers["Cache-Control"] = "no-store"
    return MadeAnswer(
        account=account_answer(made.account), temporary_password=made.password, request_id=made.request_id
    )


@router.get("/{account_id}", responses=responses(401, 403, 404, 422))
def get_account(account_id: AccountId, context: Asked, who: Administrator) -> AccountAnswer:
    """One account."""
    with told():
        return account_answer(manage_accounts.get_account(context, who, account_id))


@router.put(
    "/{account_id}/access",
    responses={**responses(401, 403, 404, 409, 422), 202: {"model": GrantAnswer, "description": "Waits for a second"}},
)
def put_access(
    account_id: AccountId, body: GrantBody, response: Response, context: Asked, who: Administrator
) -> GrantAnswer:
    """Set what an account may do; its sessions end. More access to cases for oneself, or cases and administration in
    one hand, waits for a second administrator (202)."""
    with told():
        done = grants.grant(context, who, account_id, body.access(), body.reason)
    if done.request_id is not None:
        response.status_code = 202
    return GrantAnswer(account=account_answer(done.account), request_id=done.request_id)


@router.post("/{account_id}/holder", responses=responses(401, 403, 404, 409, 422))
def post_holder(account_id: AccountId, body: HolderBody, context: Asked, who: Administrator) -> AccountAnswer:
    """Note whose an account is, where that was not told yet: cases near the holder then go to others. It stays."""
    with told():
        return account_answer(
            tell_holder(
                context,
                who,
                account_id,
                id_number=body.id_number or "",
                official_id=body.official_id or "",
                reason=body.reason,
            )
        )


@router.post("/{account_id}/close", responses=responses(401, 403, 404, 409, 422))
def post_close(account_id: AccountId, body: ReasonBody, context: Asked, who: Administrator) -> AccountAnswer:
    """Close an account: sessions end, keys no longer work. Nothing is deleted."""
    with told():
        return account_answer(manage_accounts.close_account(context, who, account_id, body.reason))


@router.post("/{account_id}/reopen", responses=responses(401, 403, 404, 409, 422))
def post_reopen(account_id: AccountId, body: ReasonBody, context: Asked, who: Administrator) -> AccountAnswer:
    """Open a closed account again."""
    with told():
        return account_answer(manage_accounts.reopen_account(context, who, account_id, body.reason))


@router.post("/{account_id}/password", responses=responses(401, 403, 404, 409, 422, 503))
def post_password_reset(
    account_id: AccountId, body: ReasonBody, response: Response, context: Asked, who: Administrator
) -> PasswordAnswer:
    """A temporary password. One-time codes stay on; only the holder, or the command on the machine, takes them off."""
    with told():
        password = manage_accounts.reset_password(context, who, account_id, body.reason)
    response.headers["Cache-Control"] = "no-store"
    return PasswordAnswer(temporary_password=password)
