"""Callers who are slow, huge or hostile, against the real application over real connections."""

from __future__ import annotations

import io
import threading
import time
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from service.api.app import create_app
from service.work.context import Context
from tests.faults.service_help import Service, serving
from tests.serving.live import answer, connect, live

pytestmark = pytest.mark.any_database


@pytest.mark.slow
def test_two_hundred_slow_clients_and_everybody_else_is_answered(tmp_path: Path) -> None:
    """Heads and bodies that come a byte a second, over the service as it is run; others wait no second for theirs."""
    service = Service(tmp_path / "home", more={"MINGBAI_BODY_SECONDS": "5"})
    with serving(service):
        slow = [connect(service.port) for _ in range(200)]
        stop = threading.Event()

        def dribble() -> None:
            heads = [
                b"POST /v1/tables/persons HTTP/1.1\r\nhost: x\r\ncontent-length: 5000\r\n\r\n",
                b"GET /v1/runs HTT",
            ]
            for number, one in enumerate(slow):
                one.sendall(heads[number % 2])
            while not stop.wait(1.0):
                for one in slow:
                    try:
                        one.send(b"x")
                    except OSError:
                        continue

        thread = threading.Thread(target=dribble)
        thread.start()
        try:
            times = []
            for _ in range(60):
                begun = time.monotonic()
                assert service.ask("GET", "/v1/runs")[0] == 401
                times.append(time.monotonic() - begun)
                time.sleep(0.1)
            assert sorted(times)[57] < 1.0, times
            end = time.monotonic() + 40
            while any(not hung_up(one) for one in slow):
                assert time.monotonic() < end, "slow clients are still there"
                time.sleep(0.5)
        finally:
            stop.set()
            thread.join()
            for one in slow:
                one.close()


def hung_up(connection: object) -> bool:
    """Whether the server closed a connection, whatever it answered before."""
    import socket

    assert isinstance(connection, socket.socket)
    connection.settimeout(0.01)
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


@pytest.mark.parametrize("announced", [True, False])
def test_two_gigabytes_are_refused_and_memory_stays_flat(context: Context, announced: bool) -> None:
    """At once where the size is announced; where it comes in chunks, as soon as the limit is passed."""
    settings = replace(context.settings, upload_limit_mb=8)
    with live(create_app(replace(context, settings=settings))) as port:
        connection = connect(port)
        tracemalloc.start()
        sent = 0
        try:
            if announced:
                connection.sendall(b"POST /v1/webhooks HTTP/1.1\r\nhost: x\r\ncontent-length: 2147483648\r\n\r\n")
            else:
                connection.sendall(b"POST /v1/webhooks HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
                piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
                try:
                    while sent < 2 << 30:
                        connection.sendall(piece)
                        sent += 65536
                except OSError:
                    pass
            status = answer(connection)[0]
        except ConnectionResetError:
            status = 413
        finally:
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            connection.close()
        assert status in (413, 0)
        assert sent < 64 << 20
        assert most < 64 << 20


def test_a_bomb_is_not_opened(context: Context) -> None:
    """A body that says it is compressed is not unpacked on the way in, whatever the route: it is no JSON."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x", b"0" * 50_000_000)
    with live(create_app(context)) as port:
        for path in ("/v1/webhooks", "/v1/tables/persons", "/v1/disbursements/score", "/v1/runs"):
            connection = connect(port)
            data = bomb.getvalue()
            head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-encoding: gzip\r\ncontent-length: {len(data)}\r\n\r\n"
            connection.sendall(head.encode() + data)
            assert answer(connection)[0] in (401, 415, 422)
            connection.close()


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/v1/../../etc/passwd",
        "/v1/runs/..%2f..%2f..%2fetc%2fpasswd",
        "/v1/tables/..%2Fpersons",
        "/v1/runs/%00",
        "/v1/runs/1%0d%0aset-cookie:%20x=1",
        "//etc/passwd",
        "/v1/scores/%2e%2e/%2e%2e/x",
        "/\\..\\..\\windows",
        "/v1/scores/" + "a" * 20_000,
    ],
)
def test_tricks_with_paths_lead_nowhere(context: Context, path: str) -> None:
    """Nothing outside the routes is reached, no header is slipped in, and nothing fails."""
    with live(create_app(context)) as port:
        connection = connect(port)
        connection.sendall(f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        status, headers, body = answer(connection)
        assert status in (400, 401, 404, 405, 414, 422)
        assert "set-cookie" not in headers
        assert b"root:" not in body
        connection.close()
