"""Figures for Prometheus."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse

from service.api.asking import Asked
from service.api.exposition import exposition
from service.api.problem import Problem, responses
from service.api.scorer import scorer_of
from service.work.context import Context
from service.work.scoring.asked import UnavailableError

router = APIRouter(tags=["running"])


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={**responses(401, 403, 422), 200: {"content": {"text/plain": {"example": "mingbai_up 1\n"}}}},
)
async def metrics(
    request: Request, context: Asked, authorization: Annotated[str | None, Header(include_in_schema=False)] = None
) -> PlainTextResponse:
    """Figures in the text format of Prometheus. Needs the token the deployment set as `Authorization: Bearer ...`;
    where none is set they are told on this machine only."""
    _check(request, context, authorization)
    try:
        state = await scorer_of(request).state()
    except UnavailableError:
        state = None
    text = await run_in_threadpool(exposition, context, state)
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4")


def _check(request: Request, context: Context, authorization: str | None) -> None:
    """Raises Problem 401 for a wrong token, 403 for another machine where there is no token."""
    token = context.settings.metrics_token
    if token:
        given = (authorization or "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            detail = ("Send the token of /metrics as a bearer.", "请以 Bearer 方式提供 /metrics 令牌。")
            raise Problem(401, "not-signed-in", "Not signed in", detail, headers={"WWW-Authenticate": "Bearer"})
        return
    try:
        here = ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        here = False
    if not here:
        detail = (
            "Told on this machine only; set MINGBAI_METRICS_TOKEN.",
            "仅限本机访问；请设置 MINGBAI_METRICS_TOKEN。",
        )
        raise Problem(403, "not-allowed", "Not allowed", detail)
