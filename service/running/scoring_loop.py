"""The scorer's loop: a Unix socket, one thread, and everything that has arrived together in one look.

One thread on purpose: a second one would take turns with the first at the interpreter's lock, which costs a payment
more than waiting for those before it. While one batch is scored the next gathers in the sockets.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from service.running.looking import Looking
from service.work.metrics import SCORER_BATCH, SCORER_SECONDS
from service.work.scoring.asked import Asked, UnavailableError
from service.work.scoring.frames import (
    FrameError,
    Frames,
    answered_frame,
    asked_of,
    frame,
    unavailable_frame,
)

if TYPE_CHECKING:
    from service.work.scoring.live import LiveScorer

_LOG = logging.getLogger("mingbai.scorer")

ROWS: Final = 1_000
"""Payments looked at together at most."""

IDLE_SECONDS: Final = 0.2
"""So often the loop catches up with facts others sent, and looks whether it should end."""

_READ: Final = 1 << 20


@dataclass(slots=True, eq=False)
class _Peer:
    """One connection: what came in, what is still to be written."""

    connection: socket.socket
    frames: Frames = field(default_factory=Frames)
    out: bytearray = field(default_factory=bytearray)


class ScoringLoop:
    """Listens, scores, answers, until it is told to stop; then it answers what has arrived and closes."""

    def __init__(self, scorer: LiveScorer, path: Path, waiting_limit: int) -> None:
        """`path` is where clients look for the socket; calls beyond `waiting_limit` are refused, not held."""
        self._scorer = scorer
        self._path = path
        self._limit = waiting_limit
        self._selector = selectors.DefaultSelector()
        self._waiting: deque[tuple[_Peer, int, Asked]] = deque()
        self._came: deque[float] = deque()
        self._looking: Looking[_Peer] = Looking(scorer)
        self._peers: set[_Peer] = set()
        self._listener: socket.socket | None = None
        self._stop = False
        self._behind = False

    def stop(self) -> None:
        """End after what has arrived was answered. May be called from a signal handler."""
        self._stop = True

    def listen(self) -> None:
        """Take the socket's place from whoever listens there now, in one step."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        own.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            listener.bind(str(own))
        finally:
            os.umask(before)
        listener.listen(128)
        listener.setblocking(False)
        os.replace(own, self._path)
        self._listener = listener
        self._selector.register(listener, selectors.EVENT_READ, None)

    def run(self, each: Callable[[], None] = lambda: None) -> None:
        """Loop until stopped. `each` is called a few times a second."""
        last = time.monotonic()
        while not (self._stop and not self._waiting):
            if self._stop and self._listener is not None:
                self._close_listener()
            came = self._selector.select(0 if self._waiting or len(self._looking) else IDLE_SECONDS)
            for key, mask in came:
                if key.data is None:
                    self._welcome()
                else:
                    self._serve(key.data, mask)
            self._score()
            if len(self._looking) and (not came or self._looking.is_due()):
                self._look()
            if time.monotonic() - last >= IDLE_SECONDS:
                self._keep_up()
                each()
                last = time.monotonic()
        self._close_listener()
        for peer in list(self._peers):
            self._flush(peer, whole=True)
            self._drop(peer)
        self._selector.close()

    def _keep_up(self) -> None:
        """Take facts others sent while nobody waits, so that the next payment need not wait for them."""
        try:
            self._scorer.keep_up()
            self._behind = False
        except Exception as error:
            # Said once: it is tried several times a second until the database is there again.
            if not self._behind:
                _LOG.error("the history cannot catch up: %s at %s", type(error).__name__, _place(error))
            self._behind = True

    def _welcome(self) -> None:
        assert self._listener is not None  # noqa: S101 - it is what woke the loop
        with contextlib.suppress(BlockingIOError):
            while True:
                connection, _ = self._listener.accept()
                connection.setblocking(False)
                peer = _Peer(connection)
                self._peers.add(peer)
                self._selector.register(connection, selectors.EVENT_READ, peer)

    def _serve(self, peer: _Peer, mask: int) -> None:
        """Read what is there, write what can be written."""
        if mask & selectors.EVENT_WRITE:
            self._flush(peer)
        if not mask & selectors.EVENT_READ:
            return
        try:
            data = peer.connection.recv(_READ)
            if not data:
                self._drop(peer)
                return
            for header, rows in peer.frames.feed(data):
                self._take(peer, header, rows)
        except BlockingIOError:
            pass
        except (OSError, FrameError, KeyError, TypeError, ValueError) as error:
            _LOG.warning("a connection is closed: %s", type(error).__name__)
            self._drop(peer)

    def _take(self, peer: _Peer, header: dict[str, Any], rows: bytes) -> None:
        number = int(header["number"])
        if header["do"] == "state":
            told = {**self._scorer.state(), "waiting": len(self._waiting), "process": os.getpid()}
            self._send(peer, frame({"number": number, "state": told}))
        elif header["do"] == "look":
            if (refused := self._looking.take(peer, number, header["look"])) is not None:
                self._send(peer, refused)
        elif len(self._waiting) >= self._limit:
            busy = UnavailableError(
                "busy", "Too many payments wait to be scored: send again.", "等待评分的发放明细过多，请稍后重试。", 1
            )
            self._send(peer, unavailable_frame(number, busy))
        else:
            self._waiting.append((peer, number, asked_of(header, rows)))
            self._came.append(time.monotonic())

    def _look(self) -> None:
        """Work a little at what somebody wants to look at."""
        if (answered := self._looking.step()) is not None:
            self._send(*answered)

    def _score(self) -> None:
        """Answer what has arrived, as much as is looked at together."""
        taken: list[tuple[_Peer, int, Asked]] = []
        came: list[float] = []
        count = 0
        while self._waiting and (not taken or count + self._waiting[0][2].rows.num_rows <= ROWS):
            peer, number, asked = self._waiting.popleft()
            arrived = self._came.popleft()
            if peer in self._peers:
                taken.append((peer, number, asked))
                came.append(arrived)
                count += asked.rows.num_rows
        if not taken:
            return
        self._answer(taken)
        SCORER_BATCH.observe(count)
        now = time.monotonic()
        for arrived in came:
            SCORER_SECONDS.observe(now - arrived)

    def _answer(self, taken: list[tuple[_Peer, int, Asked]]) -> None:
        """Score calls together; where that fails for a reason nobody knows, one by one, so that one call that cannot be
        scored does not keep the others from it."""
        try:
            answers = self._scorer.answer([asked for _, _, asked in taken])
        except UnavailableError as error:
            for peer, number, _ in taken:
                self._send(peer, unavailable_frame(number, error))
            return
        except Exception as error:
            _LOG.error("payments cannot be scored: %s at %s", type(error).__name__, _place(error))
            if len(taken) > 1:
                for one in taken:
                    self._answer([one])
                return
            told = UnavailableError(
                "cannot-score", "This cannot be scored here; it is on record.", "此次请求无法评分，已记录。", 60
            )
            self._send(taken[0][0], unavailable_frame(taken[0][1], told))
            return
        for (peer, number, _), answered in zip(taken, answers, strict=True):
            self._send(peer, answered_frame(number, answered))

    def _send(self, peer: _Peer, data: bytes) -> None:
        if peer in self._peers:
            peer.out += data
            self._flush(peer)

    def _flush(self, peer: _Peer, *, whole: bool = False) -> None:
        """Write what can be written; with `whole` all of it, waiting a second at most."""
        try:
            if whole:
                peer.connection.settimeout(1.0)
                peer.connection.sendall(peer.out)
                peer.out.clear()
                return
            while peer.out:
                sent = peer.connection.send(peer.out)
                del peer.out[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self._drop(peer)
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if peer.out else 0)
        if self._selector.get_key(peer.connection).events != events:
            self._selector.modify(peer.connection, events, peer)

    def _drop(self, peer: _Peer) -> None:
        if peer in self._peers:
            self._peers.discard(peer)
            self._selector.unregister(peer.connection)
            peer.connection.close()

    def _close_listener(self) -> None:
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None


def _place(error: Exception) -> str:
    """Where an error was raised: its message may quote a value, and stays out of the log."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "?"
