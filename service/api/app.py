"""The application: routes, one error shape, request ids."""

from __future__ import annotations

import re
from importlib.metadata import version

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from service.api import storage_refusals
from service.api.access_log import AccessLog
from service.api.failures import Failures
from service.api.limits import Limits
from service.api.problem import Flaw, Problem, problem_response, responses
from service.api.request_id import RequestId
from service.api.routes import all_routers
from service.api.routes.disbursements import straight_routes
from service.api.security_headers import SecurityHeaders
from service.api.straight import Straight
from service.sealing.redaction import redacted
from service.work.context import Context

_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]{0,40}")


def create_app(context: Context) -> FastAPI:
    """The application over one context."""
    app = FastAPI(
        title="Mingbai",
        version=version("mingbai"),
        summary="Scores subsidy payments before they are paid and puts the questions in front of the people who check.",
        description=(
            "Every score is a question. `verify` waits for a person until its deadline and then releases itself; no "
            "route stops or ends a payment. 每个评分都是一个问题；没有任何接口可以停发。"
        ),
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        # Nothing is sent anywhere, and texts of failures, which may quote a row, are handed to nobody.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.context = context
    for router in all_routers():
        # What the server, `limits` and a database that is away may answer stands for every route.
        app.include_router(router, responses=responses(400, 408, 413, 429, 503))
    app.add_exception_handler(Problem, _tell)
    app.add_exception_handler(RequestValidationError, _tell_flaws)
    app.add_exception_handler(HTTPException, _tell_http)
    storage_refusals.install(app)
    # The last one added stands outermost.
    app.add_middleware(Straight, routes=straight_routes())
    app.add_middleware(Failures)
    app.add_middleware(Limits, settings=context.settings)
    app.add_middleware(AccessLog)
    app.add_middleware(SecurityHeaders, https=context.settings.public_url.startswith("https:"))
    app.add_middleware(RequestId)
    return app


async def _tell(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 - registered for nothing else
    return problem_response(request, error)


async def _tell_flaws(request: Request, error: Exception) -> JSONResponse:
    """What pydantic found, without the values: they may be personal."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    flaws = [
        Flaw(where=".".join(_shown(p) for p in e["loc"]), found=str(e["type"]), expected=redacted(str(e["msg"])))
        for e in error.errors()
    ]
    return problem_response(
        request,
        Problem(
            422,
            "not-as-expected",
            "The request does not hold what is expected",
            (
                "See flaws: each says where, what was found and what is expected.",
                "详见 flaws：每一项说明位置、问题和要求。",
            ),
            flaws=flaws[:100],
        ),
    )


def _shown(part: int | str) -> str:
    """A part of where something is wrong. A name the caller made up may be anything, somebody's number or name too."""
    return str(part) if isinstance(part, int) or _NAME.fullmatch(part) else "…"


async def _tell_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    kind, title, detail = _HTTP.get(error.status_code, _HTTP[400])
    headers = dict(error.headers or {})
    return problem_response(request, Problem(error.status_code, kind, title, detail, headers=headers))


_HTTP = {
    400: ("refused", "Refused", ("The request cannot be read.", "无法读取该请求。")),
    404: ("not-found", "Nothing here", ("There is nothing under this path.", "该路径不存在。")),
    405: ("method-not-allowed", "Refused", ("This path takes other methods.", "该路径不接受此方法。")),
}
