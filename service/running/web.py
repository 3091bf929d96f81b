"""A web process: uvicorn over a socket the supervisor opened, on uvloop and httptools, patient within limits."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import socket
import sys
import threading
import time
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.running.context import make_context
from service.running.logs import configure
from service.running.parent import end_with_parent
from service.settings import Settings
from service.work.context import Context

_LOG = logging.getLogger("mingbai.web")

HEAD_SECONDS: Final = 15.0
"""So long the head of a request may take, and a connection stay without one at its start."""
KEEP_ALIVE_SECONDS: Final = 30
GRACE_SECONDS: Final = 8
"""So long requests under way may take once the process is to end."""
COLLECT: Final = (20_000, 20, 100)
"""Objects made before the collector looks, and how often it looks further: a request makes hundreds, and few rings."""
WARM_AFTER_SECONDS: Final = 2.0
"""So long what only makes the first look at a page quicker waits: until then the other processes need the processors to
become ready."""
SPARE_FILES: Final = 128
"""Descriptors kept for everything that is no connection."""


class PatientProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, with an end to connections that send no whole head of a request."""

    most = 100_000
    """Connections taken at once; more are closed at once."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A new connection: its first head is waited for."""
        super().connection_made(transport)
        self._head: asyncio.TimerHandle | None = None
        self._begun = False
        if len(self.connections) > self.most:
            transport.close()
            return
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._head_is_here()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """What came in. A head that has begun and is not whole by now must follow; most come at once."""
        super().data_received(data)
        if self._begun and self._head is None:
            self._wait_for_head()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._begun = True

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._head_is_here()
        super().on_headers_complete()

    def _wait_for_head(self) -> None:
        self._head = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _head_is_here(self) -> None:
        self._begun = False
        if self._head is not None:
            self._head.cancel()
            self._head = None


def config(app: Any) -> uvicorn.Config:
    """How uvicorn is to serve an application."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=2048,
    )


def serve(settings: Settings, listening: socket.socket) -> None:
    """Answer requests until SIGTERM; then answer those under way, and end."""
    from service.application import make_application

    context = make_context(settings)
    app = make_application(context)
    # Whoever comes first is answered at once; what they would wait for is made meanwhile.
    threading.Thread(target=_made_ready, args=(context, app), name="warm-up", daemon=True).start()
    PatientProtocol.most = _most_connections()
    # What was loaded lives as long as the process: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)
    uvicorn.Server(config(app)).run(sockets=[listening])
    context.database.close()


def _made_ready(context: Context, app: FastAPI) -> None:
    """Warm the pages up, and describe the routes. What does not work is told when somebody opens the page."""
    from service.console.install import warm_up

    time.sleep(WARM_AFTER_SECONDS)
    begun = time.monotonic()
    try:
        warm_up(context)
        app.openapi()  # It is made once, and takes a second.
    except Exception as error:  # A page that cannot be drawn must not end the process that answers all others.
        _LOG.warning("pages were not warmed up: %s", type(error).__name__)
    else:
        gc.freeze()
        _LOG.info("pages are warm after %.1f s", time.monotonic() - begun)


def _most_connections() -> int:
    """As many as there are descriptors for, after asking for all the system lets us have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(64, wanted - SPARE_FILES)


def main() -> None:
    """A web process over the settings of the environment and the socket of descriptor `sys.argv[1]`."""
    settings = Settings.read()
    os.environ.setdefault("MINGBAI_MLRUNS", str(settings.mlruns))
    configure(settings)
    end_with_parent()
    serve(settings, socket.socket(fileno=int(sys.argv[1])))
    # Everything is closed. What takes the interpreter apart would tell of what DuckDB's module leaves behind.
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
