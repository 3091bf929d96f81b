"""The application: routes, one error shape, request ids."""

from __future__ import annotations

import logging
from importlib.metadata import version

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from service.api.problem import Flaw, Problem, problem_response
from service.api.request_id import RequestId
from service.api.routes import all_routers
from service.work.context import Context

_LOG = logging.getLogger("mingbai.api")


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
    )
    app.state.context = context
    for router in all_routers():
        app.include_router(router)
    app.add_exception_handler(Problem, _tell)
    app.add_exception_handler(RequestValidationError, _tell_flaws)
    app.add_exception_handler(HTTPException, _tell_http)
    app.add_exception_handler(Exception, _tell_failure)
    app.add_middleware(RequestId)
    return app


def _tell(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 - registered for nothing else
    return problem_response(request, error)


def _tell_flaws(request: Request, error: Exception) -> JSONResponse:
    """What pydantic found, without the values: they may be personal."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    flaws = [
        Flaw(where=".".join(str(p) for p in e["loc"]), found=str(e["type"]), expected=str(e["msg"]))
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


def _tell_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    kinds = {404: "not-found", 405: "method-not-allowed"}
    told = "This path takes other methods." if error.status_code == 405 else "There is nothing under this path."
    told_zh = "该路径不接受此方法。" if error.status_code == 405 else "该路径不存在。"
    return problem_response(
        request,
        Problem(
            error.status_code,
            kinds.get(error.status_code, "refused"),
            "Nothing here" if error.status_code == 404 else "Refused",
            (told, told_zh),
            headers=dict(error.headers or {}),
        ),
    )


def _tell_failure(request: Request, error: Exception) -> JSONResponse:
    """Something nobody expected: the log has the kind and the place, never the message, which may quote a value."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename.rpartition('/')[2]}:{place.tb_lineno}" if place else "?"
    _LOG.error("unexpected %s at %s, request %s", type(error).__name__, where, request.scope.get("request_id", ""))
    return problem_response(
        request,
        Problem(
            500,
            "failure",
            "Something went wrong here",
            ("It is on record under the request id.", "已按请求编号记录。"),
        ),
    )
