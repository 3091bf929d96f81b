"""What the database refuses, as problems: it is away for a moment, or a value is one it cannot hold."""

from __future__ import annotations

import logging
from typing import Final

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError, TimeoutError

from service.api.problem import Problem, problem_response

_LOG = logging.getLogger("mingbai.api")
RETRY_AFTER: Final = "2"


def install(app: FastAPI) -> None:
    """Register what is told."""
    for away in (OperationalError, InterfaceError, TimeoutError):
        app.add_exception_handler(away, _tell_away)
    app.add_exception_handler(DBAPIError, _tell_away_or_fail)
    for odd in (DataError, UnicodeEncodeError, OverflowError):
        app.add_exception_handler(odd, _tell_odd)


async def _tell_away(request: Request, error: Exception) -> Response:
    """Nothing was kept: a transaction is whole or not at all, so asking again is safe."""
    _LOG.error("the database is away: %s, request %s", type(error).__name__, request.scope.get("request_id", ""))
    detail = (
        "The database does not answer; nothing was changed. Ask again after Retry-After.",
        "数据库暂不可用，未作任何更改。请按 Retry-After 稍后重试。",
    )
    return await _told(
        request, Problem(503, "database-away", "Not ready", detail, headers={"Retry-After": RETRY_AFTER})
    )


async def _tell_away_or_fail(request: Request, error: Exception) -> Response:
    """A connection that broke while it was used is the database being away; anything else is a defect."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return await _tell_away(request, error)
    raise error


async def _tell_odd(request: Request, error: Exception) -> Response:
    """A character (U+0000, half a surrogate) or a number no column holds. The message may quote it: it is not told."""
    detail = (
        "A text holds a character that cannot be kept (U+0000, half a surrogate), or a number is too large.",
        "文本中含有无法保存的字符，或数值过大。",
    )
    return await _told(request, Problem(422, "not-as-expected", "A value cannot be kept", detail))


async def _told(request: Request, problem: Problem) -> Response:
    """The problem, or where a person asked with a browser the page that tells them."""
    page = getattr(request.app.state, "failure_page", None)
    found: Response | None = None if page is None else await page(request, problem)
    return found or problem_response(request, problem)
