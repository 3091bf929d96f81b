"""Requests made in somebody's name by another site: refused in one place, for everything a session signs.

Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`) and a page cannot change that. Where neither is
said, an old browser or a program with a session's cookie, the session's form token is asked for. API keys are not
concerned: no browser sends them by itself.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from service.api.problem import Problem
from service.work.context import Context

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TOKEN: Final = "x-form-token"  # noqa: S105 - the name of a header
"""The header a program sends the form token in; forms of the console hold it in a field of the same meaning."""


def check_origin(request: Request, context: Context) -> bool:
    """Whether the browser said that the request comes from our own pages; False where it said nothing. Raises Problem
    403 where it comes from elsewhere."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site in ("same-origin", "none"):
            return True
        raise _elsewhere()
    origin = request.headers.get("origin")
    if origin is None:
        return False
    if urlsplit(origin).netloc.casefold() not in _own(request, context):
        raise _elsewhere()
    return True


def _own(request: Request, context: Context) -> set[str]:
    """Host and port we are reached by: as set, else as the request says. Only these are compared: behind a proxy that
    ends TLS the scheme differs."""
    public = urlsplit(context.settings.public_url).netloc.casefold()
    return {public} if public else {request.headers.get("host", "").casefold()} - {""}


def _elsewhere() -> Problem:
    return Problem(
        403,
        "from-another-site",
        "Not from here",
        (
            "The request was made by a page of another site, or lacks the form token of the session.",
            "该请求来自其他网站，或缺少会话的表单令牌。",
        ),
    )


def check_form_token(given: str | None, expected: str) -> None:
    """Raises Problem 403 unless the form token is the session's."""
    import hmac

    if given is None or not hmac.compare_digest(given.encode(), expected.encode()):
        raise _elsewhere()
