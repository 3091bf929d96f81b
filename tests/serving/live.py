"""The application behind a real server in a thread: what a test client leaves out (sockets, slow bytes)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from service.running.serve import listen
from service.running.web import config


@contextmanager
def live(app: Any) -> Iterator[int]:
    """Serve an application on a free port of this machine; gives the port."""
    listening = listen("127.0.0.1", 0)
    port = int(listening.getsockname()[1])
    server = uvicorn.Server(config(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        end = time.monotonic() + 10
        while not server.started and time.monotonic() < end:
            time.sleep(0.005)
        yield port
    finally:
        server.should_exit = True
        thread.join(15)
        listening.close()


def connect(port: int) -> socket.socket:
    """A connection of a caller who writes by hand."""
    made = socket.create_connection(("127.0.0.1", port), timeout=20)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def answer(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the next answer; status 0 where the server hung up."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return 0, {}, data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return int(first.split(" ")[1]), headers, body
