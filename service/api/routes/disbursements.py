"""Single payments: scored before they are paid, kept before they are answered."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from service.access import Principal
from service.api.asking import Asked, context_of, needs, principal_of
from service.api.problem import Flaw, Problem, responses
from service.api.scored import EXAMPLE, Off, RowFlaw, Score
from service.api.scorer import scorer_of, unavailable
from service.api.straight import StraightRoute, raise_again
from service.work.context import Context
from service.work.facts.asked_hourly import count_outside, note_refused
from service.work.scoring.asked import MOST, Answered, UnavailableError, as_json, said
from service.work.scoring.inside import prepared

_may_score = needs("payments.score")


class _Route(APIRoute):
    """Raises what `straight_routes` raised: everything else single payments need is done there."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request as the route declares it, or raises for it."""
        usual = super().get_route_handler()

        async def handle(request: Request) -> Response:
            raise_again(request)
            return await usual(request)

        return handle


router = APIRouter(prefix="/v1/disbursements", tags=["scoring"], route_class=_Route)

Sender = Annotated[Principal, Depends(_may_score)]

LARGEST: Final = 4 << 20
"""Bytes of a body with a thousand payments, and room."""

FEW: Final = 4
"""So few payments are checked where they are; more would hold up other requests of this process."""


class Payment(BaseModel):
    """One payment with the contract's columns of `disbursements`, values as text (money `"546.00"`).

    Values are checked one payment at a time: what does not hold is answered in its place. Without `submitted_at` the
    payment is submitted now. Columns the contract does not know are left out.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "properties": {
                name: {"description": text}
                for name, text in (
                    ("disbursement_id", "Number of the payment; required."),
                    ("run_id", "Payment run it belongs to."),
                    ("line_no", "Line on the roster."),
                    ("program_id", "The item paid; required."),
                    ("application_id", "Application it rests on."),
                    ("period", "Period paid for, `2019`, `2019Q1` or `2019-07`; required."),
                    ("person_id", "The beneficiary; required."),
                    ("household_id", "Household of the beneficiary."),
                    ("payee_name", "Name on the roster."),
                    ("card_id", "Card paid to; required."),
                    ("quantity", "Quantity paid for."),
                    ("amount", "Yuan with two decimals, as text; required."),
                    ("division_code", "Village; required."),
                    ("prepared_by", "Official who prepared the line."),
                    ("reissue_of", "Returned payment this one replaces."),
                    ("submitted_at", "ISO 8601 with an offset; left out: now."),
                )
            }
        },
    )


class Payments(BaseModel):
    """One payment or up to 1,000."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "disbursements": [
                        {
                            "disbursement_id": "D00004283",
                            "run_id": "R00179",
                            "program_id": "P02",
                            "application_id": "A0001176",
                            "period": "2018-09",
                            "person_id": "519921195303041232",
                            "household_id": "H211002068812",
                            "payee_name": "刘学福",
                            "card_id": "6299011000000000017",
                            "quantity": "1",
                            "amount": "546.00",
                            "division_code": "519921100204",
                            "prepared_by": "O10056",
                            "submitted_at": "2018-09-06T10:51:33+08:00",
                        }
                    ]
                }
            ]
        }
    )

    disbursements: list[Payment] = Field(min_length=1, max_length=MOST)


class _Plain(BaseModel):
    """What `Payments` takes, without an object for each payment."""

    disbursements: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST)]


def _schema() -> dict[str, Any]:
    """The body's schema in one piece: it is read here, so FastAPI does not know of it."""
    found = Payments.model_json_schema()
    found["properties"]["disbursements"]["items"] = found.pop("$defs")["Payment"]
    return found


class Scored(Score):
    """A payment that was scored. `seen_before`: it was on record, and this is what was said of it then."""

    state: Literal["scored"]


class Waiting(BaseModel):
    """A payment that is on record and will be scored soon: it was submitted before others that are on record."""

    state: Literal["waiting"]
    disbursement_id: str
    look_at: str = Field(description="Where its score will be.", examples=["/v1/scores/D00004283"])


class Refused(BaseModel):
    """A payment that was not taken, with what is wrong with it."""

    state: Literal["refused"]
    disbursement_id: str
    flaws: list[RowFlaw]


class Answers(BaseModel):
    """One answer a payment, in order. `not_applicable` holds each list of rules that could not run once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "results": [{"state": "scored", **EXAMPLE}],
                    "not_applicable": {EXAMPLE["not_applicable"]: [{"code": "T30.x", "why": "not shared: ..."}]},
                    "degraded": None,
                    "degraded_zh": None,
                }
            ]
        }
    )

    results: list[Annotated[Scored | Waiting | Refused, Field(discriminator="state")]]
    not_applicable: dict[str, list[Off]]
    degraded: str | None = Field(description="Why rules alone scored; null where a model did.")
    degraded_zh: str | None


@router.post(
    "/score",
    response_model=Answers,
    responses={
        202: {"model": Answers, "description": "Some payments are on record and will be scored soon: see `look_at`."},
        **responses(400, 401, 403, 413, 415, 422, 503),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _schema()}},
        }
    },
)
async def score(who: Sender, context: Asked, request: Request) -> Response:
    """Score payments before they are paid; answered when facts and scores are durable.

    The same payment again gets the same answer. 同一笔发放重复提交，得到相同的答复；答复前结果已落盘。
    """
    status, body = await _scored(who, context, request)
    return Response(body, status, media_type="application/json")


def straight_routes() -> dict[tuple[str, str], StraightRoute]:
    """The routes here that are answered straight away, by method and path."""
    (route,) = (one for one in router.routes if isinstance(one, APIRoute) and one.endpoint is score)
    return {("POST", route.path): StraightRoute(route, _straight)}


async def _straight(request: Request) -> tuple[int, bytes]:
    """The same as `score`, asking itself for what that depends on."""
    context = await context_of(request)
    return await _scored(await _may_score(await principal_of(request, context)), context, request)


async def _scored(who: Principal, context: Context, request: Request) -> tuple[int, bytes]:
    """The status of an answer, and the answer. Raises Problem."""
    rows = await _rows(request)
    if len(rows) <= FEW and who.sees_everywhere:
        asked, places = prepared(context, who, rows)
    else:
        asked, places = await run_in_threadpool(prepared, context, who, rows)
    if refused := count_outside(places):
        await run_in_threadpool(note_refused, context, who, refused)
    answered = Answered([])
    if asked.rows.num_rows:
        try:
            answered = await scorer_of(request).score(asked)
        except UnavailableError as error:
            raise unavailable(error) from error
    results = [
        answered.said(place)
        if isinstance(place, int)
        else said({"state": "refused", "disbursement_id": _shown(row.get("disbursement_id")), "flaws": place})
        for row, place in zip(rows, places, strict=True)
    ]
    status = 202 if any(state == "waiting" for state, _ in results) else 200
    return status, _body([text for _, text in results], answered)


def _body(results: list[bytes], answered: Answered) -> bytes:
    """`Answers` as JSON; what was said of each payment and the long texts are JSON already and stand in it as they
    are."""
    degraded = answered.degraded or (None, None)
    texts = [as_json(name) + b":" + text.encode(errors="replace") for name, text in answered.texts.items()]
    return b'{"results":[%b],"not_applicable":{%b},"degraded":%b,"degraded_zh":%b}' % (
        b",".join(results),
        b",".join(texts),
        as_json(degraded[0]),
        as_json(degraded[1]),
    )


async def _rows(request: Request) -> list[dict[str, Any]]:
    """The payments of a body. Raises Problem 413, 415 and 422."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" or request.headers.get("content-encoding", "identity") != "identity":
        raise Problem(
            415,
            "form-not-taken",
            "Not a format taken here",
            ("Send application/json without Content-Encoding.", "请以未压缩的 application/json 报送。"),
        )
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST:
                raise Problem(
                    413,
                    "too-large",
                    "Too large",
                    (f"At most {MOST} payments at once; send runs to /v1/runs.", f"单次不超过 {MOST} 笔。"),
                )
    except ClientDisconnect as error:
        raise Problem(
            400, "cut-off", "The request cannot be read", ("The body was cut off.", "请求体不完整。")
        ) from error
    try:
        return _read(bytes(body))
    except ValidationError as error:
        flaws = [
            Flaw(where=".".join(str(p) for p in e["loc"]), found=e["type"], expected=e["msg"])
            for e in error.errors(include_url=False, include_context=False, include_input=False)[:100]
        ]
        raise Problem(
            422,
            "not-as-expected",
            "The request does not hold what is expected",
            (
                'Expected {"disbursements": [...]} with 1 to 1,000 payments.',
                '应为 {"disbursements": [...]}，含1至1000笔。',
            ),
            flaws=flaws,
        ) from error


def _read(body: bytes) -> list[dict[str, Any]]:
    """The payments of a body as they were sent. Raises ValidationError, as `Payments` words it."""
    try:
        return _Plain.model_validate_json(body).disbursements
    except ValidationError:
        return [dict(one.model_extra or {}) for one in Payments.model_validate_json(body).disbursements]


def _shown(value: object) -> str:
    """The number of a payment as it was sent, as far as it may be one."""
    return value if isinstance(value, str) and len(value) <= 64 else ""
