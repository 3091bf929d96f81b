"""A number for every request: taken from the caller where it has a sound form, else made; told back and logged."""

from __future__ import annotations

import re
import uuid

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.work.current_request import as_request

_SOUND = re.compile(rb"[A-Za-z0-9._-]{8,64}")


class RequestId:
    """ASGI middleware that sets `scope["request_id"]` and the header `X-Request-Id`."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` is what answers."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its number."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = b""
        for name, value in scope["headers"]:
            if name == b"x-request-id":
                given = value
                break
        number = given.decode() if _SOUND.fullmatch(given) else uuid.uuid4().hex
        scope["request_id"] = number

        async def numbered(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", number.encode())]
            await send(message)

        with as_request(number):
            await self._app(scope, receive, numbered)
