"""For recipients: sign in, see one's own payments, report, follow a report."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from service.access import Principal
from service.api.asking import COOKIE, Asked, needs
from service.api.money import Yuan, yuan
from service.api.problem import Problem, not_found, responses
from service.api.refusals import told
from service.api.same_origin import check_origin
from service.api.session_cookie import put_session
from service.api.texts import Line, Lines
from service.work.recipients.data_used import data_used
from service.work.recipients.own import STATES, own_payments
from service.work.recipients.report import KINDS, Kind, Refused, own_reports, report
from service.work.recipients.sign_in import ask_for_code, sign_in

router = APIRouter(prefix="/v1/own", tags=["recipients"])

LastSix = Annotated[str, Field(pattern=r"^[0-9]{5}[0-9Xx]$", examples=["031232"])]


class CodeRequest(BaseModel):
    """Who wants a code: the last six characters of the identity number; the name where several people share them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"last_six": "031232"}]})
    last_six: LastSix
    name: Annotated[Line, Field(max_length=60)] | None = None


class CodeAnswer(BaseModel):
    """The same whether anybody was found or not."""

    zh: str = "如登记信息相符，验证码已发送至登记手机，10分钟内有效。如多人后六位相同，请同时填写姓名。"
    en: str = (
        "If the register knows these digits, a code was sent to the phone on record; it is good for 10 minutes. "
        "Where several people share them, give your name too."
    )


class SessionRequest(BaseModel):
    """The code that came."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"last_six": "031232", "code": "00000000"}]})
    last_six: LastSix
    code: Annotated[str, Field(pattern=r"^[0-9]{8}$")]


class SessionAnswer(BaseModel):
    """Signed in; the session is in the cookie."""

    ends_at: dt.datetime


class OwnPaymentBody(BaseModel):
    """One payment. `asked_*` says that somebody was asked to check, and until when it waits at most."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "disbursement_id": "D00004283",
                    "item": "高龄津贴",
                    "period": "2018-09",
                    "amount": "546.00",
                    "arrived": "546.00",
                    "submitted_at": "2018-09-06T02:51:33Z",
                    "answered_at": "2018-09-11T06:00:00Z",
                    "card_last_four": "0017",
                    "state": "paid",
                    "state_zh": "已发放",
                    "state_en": "paid",
                    "asked_zh": None,
                    "asked_en": None,
                    "deadline": None,
                }
            ]
        }
    )
    disbursement_id: str
    item: str
    period: str
    amount: Yuan
    arrived: Yuan | None
    submitted_at: dt.datetime
    answered_at: dt.datetime | None
    card_last_four: str
    state: str
    state_zh: str
    state_en: str
    asked_zh: str | None
    asked_en: str | None
    deadline: dt.datetime | None


class DataBody(BaseModel):
    """Data that is looked at, in plain words."""

    zh: str = Field(examples=["社会保障卡登记"])
    en: str = Field(examples=["the register of social-security cards"])
    newest_at: dt.datetime


class OwnBody(BaseModel):
    """My payments, what data was used, and what to do."""

    payments: list[OwnPaymentBody]
    data_used: list[DataBody]
    object_zh: str = (
        "如认为信息有误，或钱款未到、卡被他人保管，请在此反映；也可到乡镇便民服务中心当面反映。"
        "任何评分都不会停发您的补贴。"
    )
    object_en: str = (
        "If something is wrong, money did not come or somebody holds your card, report it here or at the township's "
        "service centre. No score stops a payment."
    )


class ReportRequest(BaseModel):
    """A report in three fields: what kind, which payment if any, in one's own words."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "card_held", "disbursement_id": None, "text": "村里一直拿着我的卡。"}]}
    )
    kind: Kind
    disbursement_id: Annotated[Line, Field(max_length=64)] | None = None
    text: Annotated[Lines, Field(min_length=1, max_length=2000)]


class ReportBody(BaseModel):
    """A report as the one who made it sees it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "B-7K2M-9QXD",
                    "kind": "card_held",
                    "kind_zh": "我的卡被他人保管",
                    "kind_en": "somebody holds my card",
                    "made_at": "2019-07-01T01:00:00Z",
                    "state": "received",
                    "answer": None,
                    "answered_at": None,
                }
            ]
        }
    )
    number: str
    kind: str
    kind_zh: str
    kind_en: str
    made_at: dt.datetime
    state: Literal["received", "looked_at", "answered"]
    answer: str | None
    answered_at: dt.datetime | None
    checking: Literal["none", "waiting", "under_way", "done"] = Field(
        default="none", description="How far the case is that was opened on it; nothing of what was found."
    )


class ReportsBody(BaseModel):
    """My reports, newest first."""

    reports: list[ReportBody]


@router.post("/codes", status_code=202, responses=responses(403, 422, 429))
def ask_code(asked: CodeRequest, request: Request, context: Asked) -> CodeAnswer:
    """Have a one-time code sent to the phone on record."""
    check_origin(request, context)
    with told():
        ask_for_code(context, asked.last_six, asked.name, _address(request))
    return CodeAnswer()


@router.post("/session", responses=responses(401, 403, 422, 429))
def open_own_session(asked: SessionRequest, request: Request, response: Response, context: Asked) -> SessionAnswer:
    """Sign in with the code."""
    check_origin(request, context)
    with told():
        found = sign_in(context, asked.last_six, asked.code, _address(request), old_token=request.cookies.get(COOKIE))
    if found is None:
        raise Problem(
            401,
            "code-not-good",
            "The code is not good",
            (
                "The digits and the code do not fit, or the code ran out. Ask for a new one.",
                "后六位与验证码不符或已过期，请重新获取。",
            ),
        )
    put_session(response, context, found.token)
    return SessionAnswer(ends_at=found.ends_at)


@router.get("/payments", responses=responses(401, 403))
def my_payments(context: Asked, who: Annotated[Principal, Depends(needs("own.read"))]) -> OwnBody:
    """My own payments, and what data was used."""
    return OwnBody(
        payments=[
            OwnPaymentBody(
                disbursement_id=one.disbursement_id,
                item=one.item,
                period=one.period,
                amount=yuan(one.amount_fen),
                arrived=None if one.arrived_fen is None else yuan(one.arrived_fen),
                submitted_at=one.submitted_at,
                answered_at=one.answered_at,
                card_last_four=one.card_last_four,
                state=one.state,
                state_zh=STATES[one.state][0],
                state_en=STATES[one.state][1],
                asked_zh=one.asked_zh,
                asked_en=one.asked_en,
                deadline=one.deadline,
            )
            for one in own_payments(context, who)
        ],
        data_used=[DataBody(zh=one.zh, en=one.en, newest_at=one.newest_at) for one in data_used(context)],
    )


@router.post("/reports", status_code=201, responses=responses(401, 403, 404, 422, 429))
def make_report(
    asked: ReportRequest, context: Asked, who: Annotated[Principal, Depends(needs("own.report"))]
) -> ReportBody:
    """Report a problem; the number is what it can be followed by."""
    made = report(context, who, asked.kind, asked.disbursement_id, asked.text)
    if made is Refused.NOT_YOURS:
        raise not_found(("payment of yours", "您的发放明细"))
    if made is Refused.TOO_MANY:
        raise _too_many(86_400)
    return _report(made)


@router.get("/reports", responses=responses(401, 403))
def my_reports(context: Asked, who: Annotated[Principal, Depends(needs("own.read"))]) -> ReportsBody:
    """My reports and what became of them."""
    return ReportsBody(reports=[_report(one) for one in own_reports(context, who)])


def _report(one: object) -> ReportBody:
    from service.work.recipients.report import OwnReport

    assert isinstance(one, OwnReport)  # noqa: S101 - refusals were told above
    return ReportBody(
        number=one.number,
        kind=one.kind,
        kind_zh=KINDS[one.kind][0],
        kind_en=KINDS[one.kind][1],
        made_at=one.made_at,
        state=one.state,
        answer=one.answer,
        answered_at=one.answered_at,
        checking=one.checking,
    )


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _too_many(seconds: int) -> Problem:
    return Problem(
        429,
        "wait",
        "Too many reports",
        (f"Come back in {seconds} seconds.", f"反映次数过多，请在{seconds}秒后再试。"),
        headers={"Retry-After": str(seconds)},
    )
