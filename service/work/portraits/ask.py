"""Ask the process that holds the whole history, and wait for its answer: pages and routes in threads do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

PATIENCE: Final = 0.5
"""Seconds a look tries to reach a scorer that does not listen."""

ANSWER: Final = 3.0
"""Seconds a look waits for its answer: payments go before it."""


class Portraits(Protocol):
    """Whoever holds the history."""

    def look(self, what: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the history says, ready to be shown (see `service.work.portraits.looks`). Raises UnavailableError."""
        ...


class SocketPortraits:
    """The scorer behind a Unix socket; one connection a call, so that any thread may ask."""

    def __init__(self, path: Path) -> None:
        """`path` of the socket."""
        self._path = path

    def look(self, what: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the history says. Raises UnavailableError when nobody listens, answers in time, or too many ask."""
        raise NotImplementedError
