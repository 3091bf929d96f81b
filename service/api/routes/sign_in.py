"""Signing in and out with name and password."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from service.access import PERMISSIONS, Principal
from service.access.permissions import ROLES
from service.api.asking import COOKIE, Asked, address_of, principal_of
from service.api.problem import responses
from service.api.refusals import told
from service.api.same_origin import check_origin
from service.api.session_cookie import drop_session, put_session
from service.api.texts import Line
from service.work.access.sign_in import SignedIn, sign_in, sign_out

router = APIRouter(prefix="/v1", tags=["sign in"])

Password = Annotated[str, Field(min_length=1, max_length=256)]
"""Never shown again: no answer and no log holds it."""


class SignInBody(BaseModel):
    """Name and password; the one-time or recovery code where the account has them."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "wang.fang", "password": "correct horse stapler", "code": "123456"}]}
    )
    name: Annotated[Line, Field(min_length=1, max_length=64)]
    password: Password
    code: Annotated[Line, Field(max_length=32)] | None = None


class WhoAnswer(BaseModel):
    """Who is signed in, and what they may do."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_id": 3,
                    "name": "wang.fang",
                    "roles": ["investigator"],
                    "divisions": ["519901"],
                    "desks": [],
                    "permissions": ["cases.read", "cases.work"],
                    "credential": "session",
                }
            ]
        }
    )
    account_id: int
    name: str
    roles: list[str]
    divisions: list[str]
    desks: list[str]
    permissions: list[str]
    credential: str


class SignInAnswer(WhoAnswer):
    """Who signed in. The session is in the cookie; `form_token` goes with changes where the browser says not where
    they come from. With `must_change_password` nothing else is allowed before."""

    form_token: str
    ends_at: dt.datetime
    must_change_password: bool


def who_answer(principal: Principal) -> WhoAnswer:
    """A principal as routes tell it."""
    permissions = {one for role in ROLES if role in principal.roles for one in PERMISSIONS[role]}
    return WhoAnswer(
        account_id=principal.account_id,
        name=principal.name,
        roles=sorted(principal.roles),
        divisions=list(principal.divisions),
        desks=list(principal.desks),
        permissions=sorted(one for one in permissions if principal.may(one)),
        credential=principal.credential,
    )


def sign_in_answer(done: SignedIn) -> SignInAnswer:
    """A sign-in as routes tell it."""
    return SignInAnswer(
        **who_answer(done.principal).model_dump(),
        form_token=done.form_token,
        ends_at=done.ends_at,
        must_change_password=done.must_change,
    )


@router.post("/sign-in", responses=responses(401, 403, 422, 429, 503))
def post_sign_in(body: SignInBody, request: Request, response: Response, context: Asked) -> SignInAnswer:
    """Sign in. The answer is the same for an unknown name and a wrong password; after failures each try waits longer
    (429, `Retry-After`)."""
    check_origin(request, context)
    with told():
        done = sign_in(
            context,
            name=body.name,
            password=body.password,
            code=body.code,
            address=address_of(request),
            old_token=request.cookies.get(COOKIE),
            request_id=request.scope.get("request_id"),
        )
    put_session(response, context, done.token)
    return sign_in_answer(done)


@router.post("/sign-out", status_code=204, responses=responses(401, 403))
def post_sign_out(
    request: Request, response: Response, context: Asked, who: Annotated[Principal, Depends(principal_of)]
) -> None:
    """End this session, staff's or a recipient's. A key has none, and goes on."""
    sign_out(context, who, request.cookies.get(COOKIE, ""))
    drop_session(response, context)
