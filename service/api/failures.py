"""What nobody expected becomes a 500 of the one error shape, and stays out of the server's own log.

Starlette would answer too, but outside every other middleware, and would then hand the exception on to the server,
which writes its text down: a text may quote a row.
"""

from __future__ import annotations

import logging

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problem import Problem, problem_response

_LOG = logging.getLogger("mingbai.api")


class Failures:
    """ASGI middleware right around the application."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` is what answers."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on. An answer that has begun cannot be taken back: it breaks off."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def seen(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, seen)
        except ClientDisconnect:
            _LOG.info("the caller hung up, request %s", _number(scope))
        except Exception as error:
            if getattr(error, "told_elsewhere", False):
                raise
            _LOG.error("unexpected %s, request %s", type(error).__name__, _number(scope), exc_info=error)
            if started:
                raise ConnectionAbortedError("the answer broke off") from None
            detail = ("It is on record under the request id.", "已按请求编号记录。")
            problem = Problem(500, "failure", "Something went wrong here", detail)
            # Pages tell people in their own way.
            told = await self._page(scope, problem)
            await (told or problem_response(Request(scope), problem))(scope, receive, send)

    async def _page(self, scope: Scope, problem: Problem) -> Response | None:
        """The page for people; None for programs, and where the page fails too."""
        page = getattr(scope["app"].state, "failure_page", None)
        if page is None:
            return None
        try:
            found: Response | None = await page(Request(scope), problem)
        except Exception as error:
            _LOG.error("no page of the failure: %s, request %s", type(error).__name__, _number(scope), exc_info=error)
            return None
        return found


def _number(scope: Scope) -> str:
    return str(scope.get("request_id", ""))
