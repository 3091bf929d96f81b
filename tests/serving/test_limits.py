"""What is too much, too large or too slow is refused at once, in the one error shape, and leaves the others alone."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

import pytest
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from service.api import asking, limits
from service.api.app import create_app
from service.api.limits import Limits
from service.running import web
from service.settings import Settings
from service.work.context import Context
from tests.serving.live import answer, connect, live
from tests.serving.test_webhooks_delivery import ADMIN

pytestmark = pytest.mark.any_database


def request_of(
    path: str = "/v1/webhooks", headers: tuple[tuple[bytes, bytes], ...] = (), client: str = "1.2.3.4"
) -> Scope:
    """The scope of a POST."""
    return {"type": "http", "method": "POST", "path": path, "headers": list(headers), "client": (client, 1)}


async def asked(app: Any, scope: Scope, receive: Receive | None = None) -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and body of one answer; 0 where there was none."""
    got: list[Message] = []

    async def send(message: Message) -> None:
        got.append(message)

    async def nothing() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    await app(scope, receive or nothing, send)
    if not got:
        return 0, {}, b""
    return got[0]["status"], dict(got[0]["headers"]), b"".join(one.get("body", b"") for one in got[1:])


class Slow:
    """An application that answers when it is let."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.now = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.now += 1
        await self.let.wait()
        while (await receive()).get("more_body", False):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


def test_beyond_the_places_it_is_503_beyond_ones_share_429() -> None:
    """Both say when to come back; checks of health are answered all the same; places are given back."""

    async def run() -> None:
        slow = Slow()
        app = Limits(slow, Settings(requests_at_once=16))
        first = [asyncio.create_task(asked(app, request_of(client="a"))) for _ in range(8)]
        await asyncio.sleep(0)
        status, headers, body = await asked(app, request_of(client="a"))
        assert (status, headers[b"retry-after"], json.loads(body)["type"]) == (429, b"1", "/problems/too-many")
        second = [asyncio.create_task(asked(app, request_of(client="b"))) for _ in range(8)]
        await asyncio.sleep(0)
        status, headers, body = await asked(app, request_of(client="c"))
        assert (status, headers[b"retry-after"], json.loads(body)["status"]) == (503, b"1", 503)
        health = asyncio.create_task(asked(app, request_of("/healthz")))
        await asyncio.sleep(0)
        assert slow.now == 17
        slow.let.set()
        assert {(await one)[0] for one in (*first, *second, health)} == {200}
        assert (await asked(app, request_of(client="a")))[0] == 200

    asyncio.run(run())


def test_words_nobody_looked_at_give_no_places_beyond_those_of_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new credential in each request, of one address: three quarters of the places at most, until it is known who
    asks. Others keep being answered, and everybody known behind one proxy has places of their own."""

    def with_word(n: int, client: str = "a") -> Scope:
        return request_of(headers=((b"authorization", b"Bearer %d" % n),), client=client)

    async def run() -> None:
        slow = Slow()
        app = Limits(slow, Settings(requests_at_once=32))
        tasks = [asyncio.create_task(asked(app, with_word(n))) for n in range(24)]
        await asyncio.sleep(0)
        status, headers, body = await asked(app, with_word(99))
        assert (status, headers[b"retry-after"], json.loads(body)["type"]) == (429, b"1", "/problems/too-many")
        tasks.append(asyncio.create_task(asked(app, with_word(99, client="b"))))
        await asyncio.sleep(0)
        assert slow.now == 25
        slow.let.set()
        assert {(await one)[0] for one in tasks} == {200}

        slow = Slow()

        async def knows(scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope, receive)
            await asking.principal_of(request, cast(Context, None))
            await slow(scope, receive, send)

        monkeypatch.setattr(asking, "known_key", lambda *_: replace(ADMIN, credential="api_key"))
        app = Limits(knows, Settings(requests_at_once=32, address_at_once=1))
        tasks = []
        for n in range(32):
            tasks.append(asyncio.create_task(asked(app, with_word(n))))
            await asyncio.sleep(0.001)
        assert slow.now == 32
        slow.let.set()
        assert {(await one)[0] for one in tasks} == {200}

    asyncio.run(run())


def test_a_larger_body_must_keep_a_pace_and_its_place_is_one_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A steady upload passes however long it takes; one that dribbles ends with 408, one that stops too."""
    monkeypatch.setattr(limits, "PACE", 10_000)
    large = ((b"content-length", b"300000"),)

    def bytes_every(seconds: float, size: int, pieces: int) -> Callable[[], Awaitable[Message]]:
        left = pieces

        async def receive() -> Message:
            nonlocal left
            await asyncio.sleep(seconds)
            left -= 1
            return {"type": "http.request", "body": b"x" * size, "more_body": left > 0}

        return receive

    async def run() -> None:
        slow = Slow()
        slow.let.set()
        app = Limits(slow, Settings(requests_at_once=32, body_seconds=0.1))
        assert (await asked(app, request_of(headers=large), bytes_every(0.02, 1000, 20)))[0] == 200
        for receive in (bytes_every(0.02, 10, 10_000), bytes_every(5, 10, 2)):
            begun = time.monotonic()
            status, headers, _ = await asked(app, request_of(headers=large), receive)
            assert (status, headers[b"connection"]) == (408, b"close")
            assert time.monotonic() - begun < 2
        slow.let.clear()
        four = [asyncio.create_task(asked(app, request_of(headers=large, client=str(n)))) for n in range(4)]
        await asyncio.sleep(0)
        assert (await asked(app, request_of(headers=large, client="e")))[0] == 503
        assert (await asked(app, request_of(headers=large, client="e")))[0] == 503
        slow.let.set()
        assert {(await one)[0] for one in four} == {200}

    asyncio.run(run())


def test_what_the_route_makes_of_a_body_that_broke_off_is_not_told() -> None:
    """A route that answers 400 to its broken body does not hide the 413."""

    async def answers_400(scope: Scope, receive: Receive, send: Send) -> None:
        status = 200
        try:
            while (await receive()).get("more_body", False):
                pass
        except Exception:
            status = 400
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def endless() -> Message:
        return {"type": "http.request", "body": b"x" * 1_000_000, "more_body": True}

    async def run() -> None:
        app = Limits(answers_400, Settings())
        status, _, body = await asked(app, request_of(headers=((b"transfer-encoding", b"chunked"),)), endless)
        assert (status, json.loads(body)["type"]) == (413, "/problems/too-large")

    asyncio.run(run())


def test_a_body_announced_too_large_is_refused_before_it_comes(context: Context) -> None:
    """Uploads have the limit of uploads, attachments theirs, everything else eight MB."""
    settings = replace(context.settings, upload_limit_mb=20, attachment_limit_mb=1)
    with live(create_app(replace(context, settings=settings))) as port:
        for path, taken, refused in (
            ("/v1/webhooks", 8, 9),
            ("/v1/tables/persons", 20, 21),
            ("/v1/runs", 20, 21),
            ("/v1/cases/C-1/attachments", 1, 2),
        ):
            for size in (taken, refused):
                connection = connect(port)
                connection.sendall(f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {size << 20}\r\n\r\n".encode())
                if size == taken:
                    # Nobody is signed in: told at once by a route that reads the body itself, else after the body.
                    connection.settimeout(0.2)
                    with suppress(TimeoutError):
                        assert answer(connection)[0] == 401
                else:
                    status, headers, body = answer(connection)
                    assert status == 413
                    assert headers["content-type"] == "application/problem+json"
                    assert json.loads(body)["detail_zh"]
                    assert headers["x-request-id"] == json.loads(body)["request_id"]
                    assert connection.recv(1) == b"", "the connection ends: the body still comes"
                connection.close()


def test_slow_bodies_end_and_hold_no_place(context: Context) -> None:
    """A body that stops is told 408 after the patience set; meanwhile everybody else is answered."""
    settings = replace(context.settings, body_seconds=0.5, requests_at_once=8)
    with live(create_app(replace(context, settings=settings))) as port:
        slow = [connect(port) for _ in range(30)]
        for one in slow:
            one.sendall(b"POST /v1/webhooks HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
        other = connect(port)
        other.sendall(b"GET /v1/webhooks HTTP/1.1\r\nhost: x\r\n\r\n")
        assert answer(other)[0] == 401
        begun = time.monotonic()
        assert {answer(one)[0] for one in slow} == {408}
        assert time.monotonic() - begun < 5
        for one in (*slow, other):
            one.close()


def test_a_head_that_never_ends_is_hung_up_on(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither at the start nor between requests; a connection in use is left alone."""
    monkeypatch.setattr(web, "HEAD_SECONDS", 0.3)
    with live(create_app(context)) as port:
        silent, halfway, used = connect(port), connect(port), connect(port)
        halfway.sendall(b"GET /healthz HTTP/1.1\r\nhos")
        for _ in range(4):
            used.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            assert answer(used)[0] == 200
            time.sleep(0.15)
        used.sendall(b"GET /healthz HT")
        for one in (silent, halfway, used):
            assert answer(one)[0] == 0
            one.close()


def test_every_answer_has_the_headers_browsers_need(context: Context) -> None:
    """Also errors: of a path nobody has, of a method, of a failure."""
    app = create_app(context)

    @app.get("/fails")
    def fails() -> None:
        raise RuntimeError("519921195303041232 is a value nobody may see")

    with live(app) as port:
        for path, status in (("/healthz", 200), ("/nothing", 404), ("/v1/webhooks", 401), ("/fails", 500)):
            connection = connect(port)
            connection.sendall(f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
            found, headers, body = answer(connection)
            assert found == status
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-request-id"]
            assert b"5199" not in body
            connection.close()
