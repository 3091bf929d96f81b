"""Headers that tell browsers to trust nothing they need not; a page that needs more sets its own."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
_ONLY_TLS = (b"strict-transport-security", b"max-age=31536000")


class SecurityHeaders:
    """ASGI middleware that adds what an answer does not say itself."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        """`https`: people reach the service by https, so browsers may insist on it."""
        self._app = app
        self._headers: tuple[tuple[bytes, bytes], ...] = (*HEADERS, _ONLY_TLS) if https else HEADERS
        self._names = frozenset(name for name, _ in self._headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = message.get("headers", ())
                there = {name.lower() for name, _ in said}
                more = self._headers
                if not self._names.isdisjoint(there):
                    more = tuple(pair for pair in more if pair[0] not in there)
                message["headers"] = [*said, *more]
            await send(message)

        await self._app(scope, receive, with_headers)
