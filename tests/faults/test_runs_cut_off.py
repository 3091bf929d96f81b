"""Uploads over a real socket: cut off half-way, sent too long, sent twice at once. Nothing is left half-done."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI, Request
from sqlalchemy import func, select

from service.access import Principal
from service.api.asking import principal_of
from service.clock import SetClock
from service.store.runs import RUNS
from service.work.context import Context
from service.work.runs.spool import folder
from tests.serving.run_help import LATER

SENDER = Principal(1, "sender", frozenset({"disbursement_system"}), ("*",), "api_key")
LINE = b"D%08d,P,2018-01,519921195303041232,6299011000000000017,10.00,519921100204,2018-02-01T00:00:00Z\n"
HEADER = b"disbursement_id,program_id,period,person_id,card_id,amount,division_code,submitted_at\n"


@contextmanager
def served(app: FastAPI) -> Iterator[int]:
    """The application behind a real server on a port of its own."""
    app.dependency_overrides[principal_of] = _sender
    config = uvicorn.Config(app, port=0, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)


def _sender(request: Request) -> Principal:
    return SENDER


def head(*more: str) -> bytes:
    """The head of an upload."""
    lines = ["POST /v1/runs HTTP/1.1", "Host: here", "Content-Type: text/csv", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer_of(connection: socket.socket) -> tuple[int, dict[str, object]]:
    """Status and body of an answer; the server closes afterwards or the length says where it ends."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        assert more, "no answer"
        data += more
    start, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in start.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65536)
    return int(start.split()[1]), json.loads(body)


def left(context: Context) -> tuple[int, int]:
    """Runs, and files in the spool folder."""
    with context.database.read() as connection:
        rows = connection.execute(select(func.count()).select_from(RUNS)).scalar_one()
    return int(rows), len(list(folder(context).iterdir()))


def settled(context: Context, wanted: tuple[int, int]) -> None:
    """Wait until nothing more than that is left."""
    end = time.monotonic() + 20
    while left(context) != wanted and time.monotonic() < end:
        time.sleep(0.02)
    assert left(context) == wanted


@pytest.fixture(autouse=True)
def later(clock: SetClock) -> None:
    """Every payment has been submitted."""
    clock.at = LATER


@pytest.mark.parametrize("framing", ["length", "chunked", "form"])
def test_an_upload_that_is_cut_off_half_way_leaves_nothing(context: Context, app: FastAPI, framing: str) -> None:
    """The sender vanishes after half of six megabytes, however it frames them; sent again whole it is taken."""
    body = HEADER + b"".join(LINE % k for k in range(60_000))
    with served(app) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            half = body[: len(body) // 2]
            if framing == "length":
                connection.sendall(head(f"Content-Length: {len(body)}") + half)
            elif framing == "chunked":
                connection.sendall(head("Transfer-Encoding: chunked") + b"%x\r\n%b\r\n" % (len(half), half))
            else:
                part = b'--b\r\nContent-Disposition: form-data; name="f"; filename="r.csv"\r\n\r\n'
                start = head(f"Content-Length: {len(body)}").replace(b"text/csv", b"multipart/form-data; boundary=b")
                connection.sendall(start + part + half)
            end = time.monotonic() + 20
            while left(context)[1] == 0 and time.monotonic() < end:
                time.sleep(0.01)
            assert left(context) == (0, 1)
        settled(context, (0, 0))
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(head(f"Content-Length: {len(body)}") + body)
            status, told = answer_of(connection)
        assert (status, told["state"]) == (202, "received")
    assert left(context) == (1, 1)


def lying(spool: Path) -> int:
    """Bytes that lie in a folder; a file may go while it is looked at."""
    found = 0
    for path in spool.iterdir():
        with suppress(FileNotFoundError):
            found += path.stat().st_size
    return found


def test_an_endless_upload_is_answered_as_soon_as_it_is_too_long(
    context: Context, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer comes while the sender still sends, and no more than the limit was ever on the disk."""
    from service.api.routes import _runs_upload

    monkeypatch.setattr(_runs_upload, "limit_of", lambda _context: 2_000_000)
    largest = 0
    with served(app) as port, socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head("Transfer-Encoding: chunked"))
        connection.setblocking(False)
        data, sent = b"", 0
        piece = b"%x\r\n%b\r\n" % (100_000, b"x" * 100_000)
        end = time.monotonic() + 30
        while b" 413 " not in data and time.monotonic() < end:
            try:
                sent += connection.send(piece) if sent < 500_000_000 else 0
            except (BlockingIOError, ConnectionResetError, BrokenPipeError):
                time.sleep(0.005)
            largest = max(largest, lying(folder(context)))
            try:
                data += connection.recv(65536)
            except BlockingIOError:
                continue
    assert b" 413 " in data
    assert largest <= 2_100_000
    settled(context, (0, 0))


def test_the_same_upload_twice_at_once_over_two_connections_is_one_run(context: Context, app: FastAPI) -> None:
    """Both senders get the same answer."""
    body = HEADER + b"".join(LINE % k for k in range(20_000))
    answers = []

    def sending(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(head(f"Content-Length: {len(body)}", "Idempotency-Key: july") + body)
            answers.append(answer_of(connection))

    with served(app) as port:
        threads = [threading.Thread(target=sending, args=(port,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [status for status, _ in answers] == [202] * 4
    assert len({json.dumps(told, sort_keys=True) for _, told in answers}) == 1
    settled(context, (1, 1))
