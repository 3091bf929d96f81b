"""One line and one count for every request: method, route, status, time, number. No query, no header, no body, and
of the path only the route it belongs to: what a caller puts into a path may be personal."""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import Final

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.work.metrics import REQUEST_SECONDS, REQUESTS

_LOG = logging.getLogger("mingbai.access")

NO_ROUTE: Final = "-"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class AccessLog:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` is what answers."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and tell what came of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 0

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, seen)
        finally:
            seconds = time.perf_counter() - begun
            route = route_of(scope)
            method = scope["method"] if scope["method"] in _METHODS else NO_ROUTE
            count, times = _counters(method, route, status)
            count.inc()
            times.observe(seconds)
            if _LOG.isEnabledFor(logging.INFO):
                told = {"method": method, "route": route, "status": status, "milliseconds": round(seconds * 1000, 1)}
                _LOG.info("%s %s %d", method, route, status, extra=told)


@cache
def _counters(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """What counts such requests: found once, as there are few kinds of them."""
    return REQUESTS.labels(method, route, str(status)), REQUEST_SECONDS.labels(route)


def route_of(scope: Scope) -> str:
    """The route a request belongs to, as it is declared; `-` where it belongs to none."""
    route = scope.get("route")
    return str(getattr(route, "path_format", None) or getattr(route, "path", None) or NO_ROUTE)
