"""What cannot be answered, as a page: what happened, what to do, the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from service.access import Principal
from service.api.asking import COOKIE
from service.api.problem import Problem
from service.console.page import Page
from service.console.rendering import HEADERS, frame_of, render
from service.console.visit import language_of
from service.work.access.sessions import csrf_token, principal_of_session
from service.work.context import Context


@dataclass(frozen=True, slots=True)
class Contents:
    """Why there is no answer.

    * `status`, `detail`: a number, and a sentence in both languages
    * `request_id`: the number of the request, for whoever is asked about it; empty where there is none
    * `home`: where the way back leads
    """

    status: int
    detail: tuple[str, str]
    request_id: str
    home: str = "/"


PAGE: Final = Page("_refusal", Contents(404, ("没有该页面。", "There is no such page."), "a1b2c3"), None, public=True)
PHONE: Final = replace(PAGE, width="phone")
"""The same for recipients."""

_TEXTS: Final = {
    400: ("无法读取该请求。", "The request cannot be read."),
    404: ("没有该页面，或不在您的管辖范围内。", "There is no such page, or it lies outside your divisions."),
    405: ("该页面不接受此操作。", "This page does not take that."),
    413: ("上传内容过大。", "What was sent is too large."),
    422: ("网址中的条件无法识别。", "The address holds a condition that is not understood."),
}


async def refusal(request: Request, error: Exception) -> HTMLResponse:
    """The page for a refusal."""
    from starlette.concurrency import run_in_threadpool

    headers: dict[str, str] = {}
    if isinstance(error, Problem):
        english, chinese = error.detail
        status, detail = error.status, (chinese, english)
        headers = dict(error.headers or {})
    else:
        status = error.status_code if isinstance(error, HTTPException) else 400
        status = 422 if isinstance(error, RequestValidationError) else status
        detail = _TEXTS.get(status, _TEXTS[400])
    return await run_in_threadpool(_page, request, status, detail, headers)


def _who(context: Context, token: str) -> Principal | None:
    """Whoever is signed in; None too while the database is away: the page that says so must not need it."""
    try:
        return principal_of_session(context, token)
    except SQLAlchemyError:
        return None


def _page(request: Request, status: int, detail: tuple[str, str], headers: dict[str, str]) -> HTMLResponse:
    import datetime as dt

    context = request.app.state.context
    token = request.cookies.get(COOKIE)
    who = _who(context, token) if token else None
    own = request.url.path == "/my" or request.url.path.startswith("/my/")
    recipient = who is not None and who.credential == "recipient"
    page = PHONE if own or recipient else PAGE
    home = "/my" if recipient else "/my/sign-in" if own else "/"
    contents = Contents(status, detail, str(request.scope.get("request_id", "")), home)
    form_token = csrf_token(context, token) if who is not None and token else ""
    frame = frame_of(
        page,
        who=who,
        language=language_of(request),
        form_token=form_token,
        path="",
        now=context.clock.now(),
        trial=context.settings.clock_days_back > 0,
    )
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    return HTMLResponse(render(page, contents, frame, zone), status_code=status, headers={**HEADERS, **headers})
