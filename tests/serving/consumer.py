"""A consumer of webhooks: a real HTTP server that remembers what came and answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answers = Callable[["Came"], tuple[int, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Came:
    """A request as it came: headers in small letters, body, and what the body says."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """The CloudEvent."""
        found: dict[str, Any] = json.loads(self.body)
        return found


def fine(_: Came) -> tuple[int, dict[str, str]]:
    """Takes everything."""
    return 204, {}


@dataclass
class Consumer:
    """Listens on a port of this machine; `stop` and `start` keep the port."""

    answers: Answers = fine
    came: list[Came] = field(default_factory=list)
    port: int = 0
    _server: ThreadingHTTPServer | None = None

    def start(self) -> Consumer:
        """Listen."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                came = Came(self.path, headers, self.rfile.read(length))
                outer.came.append(came)
                status, more = outer.answers(came)
                self.send_response(status)
                for name, value in {"content-length": "0", **more}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: the tests look at `came`."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop listening, as a machine that is down."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://localhost:{self.port}/hook"

    def ids(self) -> list[str]:
        """The `webhook-id` of everything that came, in order."""
        return [one.headers["webhook-id"] for one in self.came]
