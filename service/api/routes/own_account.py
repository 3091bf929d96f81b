"""One's own account: who am I, password, one-time codes, sessions."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from service.access import Principal
from service.api.asking import COOKIE, Asked, address_of, in_person, principal_of
from service.api.problem import responses
from service.api.refusals import told
from service.api.routes.sign_in import Password, SignInAnswer, WhoAnswer, sign_in_answer, who_answer
from service.api.session_cookie import drop_session, put_session
from service.api.texts import Line
from service.work.access import one_time_codes
from service.work.access.own_sessions import list_sessions
from service.work.access.sessions import csrf_token
from service.work.access.sign_in import change_password, sign_out_everywhere

router = APIRouter(prefix="/v1/me", tags=["own account"])

Own = Annotated[Principal, Depends(in_person)]
Code = Annotated[Line, Field(min_length=1, max_length=32, examples=["123456"])]


class MeAnswer(WhoAnswer):
    """Who asks, with the session's form token (none with an API key)."""

    form_token: str | None


class PasswordBody(BaseModel):
    """The password now and the one to come: 12 characters or more, not the name, no common word."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"password": "k7wqe-temporary-2x", "new_password": "correct horse stapler"}]}
    )
    password: Password
    new_password: Password


class CodesBody(BaseModel):
    """The password again, before one-time codes are switched on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"password": "correct horse stapler"}]})
    password: Password


class CodesAnswer(BaseModel):
    """A secret for an authenticator, shown once; `uri` is what its QR code holds."""

    secret: str = Field(examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"])
    uri: str = Field(examples=["otpauth://totp/Mingbai:wang.fang?secret=JBSWY3DPEHPK3PXP&issuer=Mingbai"])


class CodeBody(BaseModel):
    """A one-time code."""

    code: Code


class RecoveryAnswer(BaseModel):
    """Codes that sign in once each when the device is lost, shown once."""

    recovery_codes: list[str] = Field(examples=[["abcde-fghjk", "mnpqr-stuvw"]])


class RemoveCodesBody(CodesBody):
    """The password and a code, before one-time codes are switched off."""

    code: Code


class SessionItem(BaseModel):
    """A session of one's own that holds."""

    session_id: int = Field(examples=[17])
    method: str = Field(examples=["password"])
    opened_at: dt.datetime
    seen_at: dt.datetime
    ends_at: dt.datetime
    this_one: bool


class SessionsAnswer(BaseModel):
    """Where one is signed in, newest first."""

    items: list[SessionItem]


class EndedAnswer(BaseModel):
    """How many sessions were ended."""

    ended: int = Field(examples=[2])


@router.get("", responses=responses(401))
def get_me(request: Request, context: Asked, who: Annotated[Principal, Depends(principal_of)]) -> MeAnswer:
    """Who asks, and what they may do."""
    token = request.cookies.get(COOKIE)
    with_form = csrf_token(context, token) if token and who.credential != "api_key" else None
    return MeAnswer(**who_answer(who).model_dump(), form_token=with_form)


@router.post("/password", responses=responses(401, 403, 422, 429, 503))
def post_password(body: PasswordBody, request: Request, response: Response, context: Asked, who: Own) -> SignInAnswer:
    """Change one's own password. Every session ends; this browser gets a new one."""
    with told():
        done = change_password(context, who, old=body.password, new=body.new_password, address=address_of(request))
    put_session(response, context, done.token)
    return sign_in_answer(done)


@router.post("/codes", responses=responses(401, 403, 409, 422, 429, 503))
def post_codes(body: CodesBody, request: Request, response: Response, context: Asked, who: Own) -> CodesAnswer:
    """Get a secret for one-time codes. It counts once a first code was confirmed."""
    with told():
        made = one_time_codes.start(context, who, body.password, address_of(request))
    response.headers["Cache-Control"] = "no-store"
    return CodesAnswer(secret=made.secret, uri=made.uri)


@router.post("/codes/confirm", responses=responses(401, 403, 404, 409, 422))
def post_codes_confirm(body: CodeBody, response: Response, context: Asked, who: Own) -> RecoveryAnswer:
    """Switch one-time codes on with a first code; the recovery codes are shown once."""
    with told():
        codes = one_time_codes.confirm(context, who, body.code)
    response.headers["Cache-Control"] = "no-store"
    return RecoveryAnswer(recovery_codes=codes)


@router.post("/codes/remove", status_code=204, responses=responses(401, 403, 422, 429, 503))
def post_codes_remove(body: RemoveCodesBody, request: Request, context: Asked, who: Own) -> None:
    """Switch one-time codes off. Takes the password and a code, which may be a recovery code."""
    with told():
        one_time_codes.remove(context, who, body.password, body.code, address_of(request))


@router.get("/sessions", responses=responses(401, 403))
def get_sessions(request: Request, context: Asked, who: Own) -> SessionsAnswer:
    """Where one is signed in."""
    return SessionsAnswer(
        items=[
            SessionItem(
                session_id=one.session_id,
                method=one.method,
                opened_at=one.opened_at,
                seen_at=one.seen_at,
                ends_at=one.ends_at,
                this_one=one.this_one,
            )
            for one in list_sessions(context, who, request.cookies.get(COOKIE, ""))
        ]
    )


@router.post("/sessions/end", responses=responses(401, 403))
def post_sessions_end(response: Response, context: Asked, who: Own) -> EndedAnswer:
    """Sign out everywhere, here too."""
    ended = sign_out_everywhere(context, who)
    drop_session(response, context)
    return EndedAnswer(ended=ended)
