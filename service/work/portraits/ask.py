"""Ask the process that holds the whole history, and wait for its answer: pages and routes in threads do."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any, Final, Protocol

from service.work.metrics import LOOKS
from service.work.portraits.looks import Asked
from service.work.scoring.asked import UnavailableError
from service.work.scoring.frames import FrameError, Frames, frame

PATIENCE: Final = 0.5
"""Seconds a look tries to reach a scorer that does not listen: one that takes another's place does at once."""

ANSWER: Final = 3.0
"""Seconds a look waits for its answer: payments go before it."""

_READ: Final = 1 << 18


class Portraits(Protocol):
    """Whoever holds the history."""

    def look(self, asked: Asked) -> Any:
        """What the history says, as JSON (`service.work.portraits.wire` reads it). Raises UnavailableError."""
        ...


class SocketPortraits:
    """The scorer behind a Unix socket; one connection a call, so that any thread may ask."""

    def __init__(self, path: Path) -> None:
        """`path` of the socket."""
        self._path = path

    def look(self, asked: Asked) -> Any:
        """What the history says. Raises UnavailableError when nobody listens, answers in time, or too many ask.

        A look changes nothing: one that got no answer because the scorer was replaced is sent again.
        """
        began = time.monotonic()
        outcome = "failed"
        try:
            found = self._look(asked, began + PATIENCE)
            outcome = "told"
        except UnavailableError as error:
            outcome = error.kind
            raise
        finally:
            LOOKS.labels(asked.what, outcome).observe(time.monotonic() - began)
        return found

    def _look(self, asked: Asked, give_up: float) -> Any:
        message = frame({"number": 1, "do": "look", "look": asked.told()})
        while True:
            try:
                return self._once(message)
            except TimeoutError as error:
                raise _away() from error
            except (OSError, EOFError, FrameError) as error:
                if time.monotonic() >= give_up:
                    raise _away() from error
                time.sleep(0.05)

    def _once(self, message: bytes) -> Any:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(ANSWER)
            connection.connect(str(self._path))
            connection.sendall(message)
            held = Frames()
            until = time.monotonic() + ANSWER
            while data := connection.recv(_READ):
                for header, _ in held.feed(data):
                    return answer_of(header)
                connection.settimeout(max(0.01, until - time.monotonic()))
        raise EOFError


def answer_of(header: Any) -> Any:
    """What a frame answers. Raises UnavailableError where that is what it says."""
    if told := header.get("unavailable"):
        raise UnavailableError(told["kind"], told["english"], told["chinese"], int(told["retry_after"]))
    return header["looked"]


def _away() -> UnavailableError:
    return UnavailableError("scorer-away", "The history cannot be read at the moment.", "历史数据暂时无法读取。", 2)
