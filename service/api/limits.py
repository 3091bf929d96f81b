"""Back-pressure: what comes too fast, too large or too slowly is refused with the time to come back, and never waits
in memory without bound.

A small body is read to its end before the request takes one of the places for requests answered at once, so that
callers who dribble hold no place. Larger bodies are read by their route and count among few places of their own; they
must keep a least pace. Nobody takes more than half of the places. A credential counts for nobody before it was looked
at: until then all of an address together take so many places at most. Checks of health take none.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problem import MEDIA_TYPE, ProblemBody
from service.settings import Settings
from service.work.metrics import REFUSED, REQUESTS_NOW

SMALL: Final = 256 * 1024
"""Bodies up to here are read before the request counts, bytes."""
ORDINARY: Final = 8 * 1024 * 1024
"""Largest body of a route that takes no upload, bytes."""
PACE: Final = 4096
"""Bytes a second a larger body must come in with, on the average after the first `body_seconds`."""
KNOWN: Final = "mingbai.known"
"""Key of the scope: what is called once it is known who asks, so that the request counts for nobody else."""
FREE: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_UPLOADS = re.compile(r"/v1/(runs|tables/[^/]+)/?|/runs/new/send/?")
_ATTACHMENTS = re.compile(r"/v1/cases/[^/]+/attachments/?")
_ATTACHED_BY_HAND = re.compile(r"/cases/[^/]+/attach")
_OVERHEAD = 64 * 1024  # of a multipart form around its file

_TITLES = {
    408: ("too-slow", "Too slow", "The body came too slowly or not at all.", "请求体传输过慢或中断。"),
    413: ("too-large", "Too large", "The body is larger than this route takes.", "请求体超过该接口的上限。"),
    429: ("too-many", "Too many requests", "Too many requests of one caller at once.", "同一调用方的并发请求过多。"),
    503: ("busy", "Busy", "Too much at once; come back after Retry-After.", "系统繁忙，请按 Retry-After 稍后重试。"),
}


@dataclass(slots=True, eq=False)
class _Refusal(Exception):
    """Why a request ends here: its status, and seconds after which to come back."""

    status: int
    after: int | None = None
    told_elsewhere: bool = True  # `failures` lets it pass


@dataclass(slots=True)
class _Places:
    """Who is being answered now."""

    taken: int = 0
    uploads: int = 0
    by_caller: Counter[bytes] = field(default_factory=Counter)
    unknown: Counter[bytes] = field(default_factory=Counter)  # by address, of callers not known yet


class Limits:
    """ASGI middleware that refuses what is too much with a problem: 408, 413, 429 or 503."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """`settings` say how many at once, how large and how patient."""
        self._app = app
        self._at_once = settings.requests_at_once
        self._of_one = max(8, settings.requests_at_once // 2)
        self._of_address = settings.address_at_once or max(8, settings.requests_at_once * 3 // 4)
        self._uploads = max(4, settings.requests_at_once // 8)
        self._patience = settings.body_seconds
        self._upload_bytes = settings.upload_limit_mb * 1024 * 1024 + _OVERHEAD
        self._attachment_bytes = settings.attachment_limit_mb * 1024 * 1024 + _OVERHEAD
        self._places = _Places()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or scope["path"] in FREE:
            await self._app(scope, receive, send)
            return
        try:
            length = _length(scope)
            # No route takes less than a small body.
            if length is not None and length <= SMALL:
                body = await self._whole(receive, length)
                if body is None:
                    return
                await self._answer(scope, _again(body, receive), send, large=False)
                return
            limit = self._limit(scope["path"])
            if length is not None and length > limit:
                raise _Refusal(413)
            await self._paced(scope, receive, send, limit)
        except _Refusal as refusal:
            await _tell(scope, send, refusal)

    def _limit(self, path: str) -> int:
        """The largest body a path takes, bytes."""
        if _UPLOADS.fullmatch(path):
            return self._upload_bytes
        if _ATTACHED_BY_HAND.fullmatch(path):
            # Somebody who chose too large a file is told so by the page they sent it from.
            return self._attachment_bytes * 3
        return self._attachment_bytes if _ATTACHMENTS.fullmatch(path) else ORDINARY

    async def _whole(self, receive: Receive, length: int) -> bytes | None:
        """A small body, whole; None when the caller hung up. Raises _Refusal 408 when it does not come in time."""
        if length == 0:
            return b""
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    parts.append(message.get("body", b""))
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            raise _Refusal(408) from None

    async def _paced(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        """Pass a larger body on piece by piece, watching its size and pace."""
        begun, seen, refused = time.monotonic(), 0, _Refusal(0)
        started = False

        async def watched() -> Message:
            nonlocal seen
            try:
                async with asyncio.timeout(self._patience):
                    message = await receive()
            except TimeoutError:
                refused.status = 408
                raise refused from None
            seen += len(message.get("body", b""))
            late = time.monotonic() - begun - self._patience
            if seen > limit:
                refused.status = 413
            elif message.get("more_body", False) and late > 0 and seen < late * PACE:
                refused.status = 408
            if refused.status:
                raise refused
            if not message.get("more_body", False):
                answering.set()
            return message

        answering = asyncio.Event()

        async def until_read() -> Message:
            # After the body the route may wait for the caller to hang up, as long as it likes.
            return await (receive() if answering.is_set() else watched())

        async def kept(message: Message) -> None:
            nonlocal started
            # What the route made of a body that broke off is not what is told.
            if refused.status and not started:
                return
            started = True
            await send(message)

        try:
            await self._answer(scope, until_read, kept, large=True)
        except Exception:
            if not refused.status:
                raise
        if refused.status and not started:
            raise _Refusal(refused.status)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, *, large: bool) -> None:
        """Take a place, answer, give it back. Raises _Refusal 429 or 503 where there is none."""
        places, caller, address = self._places, _caller(scope), _address(scope)
        if places.taken >= self._at_once or (large and places.uploads >= self._uploads):
            raise _Refusal(503, 1)
        # Headers are the caller's to change: a new word in them for each request must not give places without end.
        if places.by_caller.get(caller, 0) >= self._of_one or places.unknown.get(address, 0) >= self._of_address:
            raise _Refusal(429, 1)
        places.taken += 1
        places.uploads += large
        places.by_caller[caller] += 1
        places.unknown[address] += 1
        unknown = True

        def known() -> None:
            nonlocal unknown
            if unknown:
                unknown = False
                _give_back(places.unknown, address)

        scope[KNOWN] = known
        REQUESTS_NOW.inc()
        try:
            await self._app(scope, receive, send)
        finally:
            REQUESTS_NOW.dec()
            places.taken -= 1
            places.uploads -= large
            _give_back(places.by_caller, caller)
            known()


def _give_back(counted: Counter[bytes], whose: bytes) -> None:
    """One place less; who has none is not remembered."""
    counted[whose] -= 1
    if not counted[whose]:
        del counted[whose]


def _again(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    """A body that was read, as the application reads it."""
    told = False

    async def once() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


def _length(scope: Scope) -> int | None:
    """Bytes of the body as announced; 0 where none is, None where it comes in chunks. The server checks the form."""
    chunked = False
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
        chunked = chunked or name == b"transfer-encoding"
    return None if chunked else 0


def _caller(scope: Scope) -> bytes:
    """Who asks, as far as can be told before asking: the credential's hash, else the address."""
    for name, value in scope["headers"]:
        if name in (b"authorization", b"cookie"):
            return hashlib.sha256(value).digest()
    return _address(scope)


def _address(scope: Scope) -> bytes:
    """The caller's address, as the server knows it."""
    client = scope.get("client")
    return str(client[0]).encode() if client else b""


async def _tell(scope: Scope, send: Send, refusal: _Refusal) -> None:
    """The problem as every other is told; the connection ends where the rest of a body would still come."""
    kind, title, detail, detail_zh = _TITLES[refusal.status]
    REFUSED.labels(kind).inc()
    body = ProblemBody(
        type=f"/problems/{kind}",
        title=title,
        status=refusal.status,
        detail=detail,
        detail_zh=detail_zh,
        request_id=str(scope.get("request_id", "")),
    )
    content = body.model_dump_json().encode()
    headers: list[tuple[bytes, bytes]] = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(content)).encode()),
    ]
    if refusal.after is not None:
        headers.append((b"retry-after", str(refusal.after).encode()))
    if refusal.status in (408, 413):
        headers.append((b"connection", b"close"))
    start: dict[str, Any] = {"type": "http.response.start", "status": refusal.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": content})
