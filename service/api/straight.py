"""Routes asked hundreds of times a second, answered before anybody looks for a route.

Finding a route among hundreds, working out what it depends on and wrapping its answer take several times as long as
what a single payment needs here. A straight route does only its own work. Everything else goes the usual way, and so
does whatever it raises: each refusal and failure is told by those who tell all others. What OpenAPI says of the route
is what its function in `routes` declares.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

RAISED: Final = "mingbai.raised"
"""Key of the scope: what a straight route raised, to be raised where the usual way would have."""


@dataclass(frozen=True, slots=True)
class StraightRoute:
    """A route as declared, and what answers in its place: the status, and the body as JSON."""

    route: APIRoute
    answer: Callable[[Request], Awaitable[tuple[int, bytes]]]


class Straight:
    """ASGI middleware inside of all others."""

    def __init__(self, app: ASGIApp, routes: Mapping[tuple[str, str], StraightRoute]) -> None:
        """`app` is the usual way; `routes` by method and path."""
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass a request on."""
        found = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        # Where something stands in for what routes depend on, or the service lies under a path, nothing is straight.
        if found is None or scope.get("root_path") or scope["app"].dependency_overrides:
            await self._app(scope, receive, send)
            return
        scope["route"] = found.route
        try:
            status, body = await found.answer(Request(scope, receive))
        except Exception as error:  # told by whoever tells what the usual way raises
            scope[RAISED] = error
            await self._app(scope, receive, send)
            return
        headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def raise_again(request: Request) -> None:
    """Raise what a straight route raised for this request, if it did."""
    raised: Exception | None = request.scope.pop(RAISED, None)
    if raised is not None:
        raise raised
