"""The way from a web process to the scorer: one connection, many calls at once, tried again when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol, cast

from service.work.scoring import frames
from service.work.scoring.asked import Answered, Asked, UnavailableError
from service.work.scoring.frames import FrameError, Frames

PATIENCE: Final = 5.0
"""Seconds a call looks for a scorer that does not listen: as long as one takes to replace another."""

STATE_PATIENCE: Final = 0.5
"""The same for whoever asks how the scorer stands: that it is away is an answer too."""

Told = tuple[dict[str, Any], bytes]
"""The header of a frame, and what is behind it."""

ANSWER: Final = 30.0
"""Seconds a call waits for its answer."""


class Scorer(Protocol):
    """Whoever scores single payments."""

    async def score(self, asked: Asked) -> Answered:
        """Scores of the payments, kept before they are told. Raises UnavailableError."""
        ...

    async def state(self) -> dict[str, Any]:
        """How the scorer stands: `ready`, `degraded`, `model_version`, `fact_seq` ... Raises UnavailableError."""
        ...


class SocketScorer:
    """The scorer behind a Unix socket. Belongs to one event loop.

    A call that got no answer because the connection ended is sent again: a payment that was kept meanwhile is found on
    record with its score, so nothing is taken twice.
    """

    def __init__(self, path: Path, waiting_limit: int) -> None:
        """`path` of the socket; calls beyond `waiting_limit` at once are refused instead of held."""
        self._path = path
        self._limit = waiting_limit
        self._waiting: dict[int, asyncio.Future[Told]] = {}
        self._number = 0
        self._line: _Line | None = None
        self._connecting = asyncio.Lock()

    async def score(self, asked: Asked) -> Answered:
        """Scores of the payments. Raises UnavailableError."""
        if len(self._waiting) >= self._limit:
            raise UnavailableError(
                "busy", "Too many payments wait to be scored: send again.", "等待评分的发放明细过多，请稍后重试。", 1
            )
        return frames.answered_of(*await self._call(lambda number: frames.asked_frame(number, asked)))

    async def state(self) -> dict[str, Any]:
        """How the scorer stands. Raises UnavailableError."""
        header, _ = await self._call(lambda n: frames.frame({"number": n, "do": "state"}), patience=STATE_PATIENCE)
        found: dict[str, Any] = header["state"]
        return found

    async def close(self) -> None:
        """End the connection; calls that wait are told that there is no scorer."""
        line = self._line
        if line is not None:
            line.end()
            await line.ended.wait()
        self._lose()

    async def _call(self, make: Callable[[int], bytes], patience: float | None = None) -> Told:
        loop = asyncio.get_running_loop()
        give_up = loop.time() + (PATIENCE if patience is None else patience)
        while True:
            self._number += 1
            number, answer = self._number, loop.create_future()
            self._waiting[number] = answer
            too_late = loop.call_later(ANSWER, _too_late, answer)
            try:
                line = await self._connected() if self._line is None else self._line
                line.send(make(number))
                if line.is_full:
                    await line.room()
                told: Told = await answer
                return told
            except TimeoutError as error:
                raise _away() from error
            except (OSError, EOFError) as error:
                if loop.time() >= give_up:
                    raise _away() from error
                await asyncio.sleep(0.05)
            finally:
                too_late.cancel()
                if answer.done() and not answer.cancelled():
                    answer.exception()  # looked at, also where it came while this was still being sent
                self._waiting.pop(number, None)

    async def _connected(self) -> _Line:
        """The line to the scorer, made where there is none. Raises OSError and EOFError."""
        async with self._connecting:
            if self._line is None:
                loop = asyncio.get_running_loop()
                _, made = await loop.create_unix_connection(lambda: _Line(self._told, self._lost), str(self._path))
                if made.ended.is_set():
                    raise EOFError
                self._line = made
            return self._line

    def _told(self, told: Told) -> None:
        """Hand an answer to whom it belongs."""
        answer = self._waiting.get(int(told[0].get("number", 0)))
        if answer is not None and not answer.done():
            answer.set_result(told)

    def _lost(self, line: _Line) -> None:
        if self._line is line:
            self._lose()

    def _lose(self) -> None:
        """The connection is gone: whoever waits tries again."""
        self._line = None
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(EOFError())


class _Line(asyncio.Protocol):
    """One connection to the scorer: answers are handed on as they come in, without a task in between."""

    def __init__(self, told: Callable[[Told], None], lost: Callable[[_Line], None]) -> None:
        self._told_to, self._lost_to = told, lost
        self._held = Frames()
        self._transport: asyncio.Transport | None = None
        self._room = asyncio.Event()
        self._room.set()
        self.ended = asyncio.Event()

    @property
    def is_full(self) -> bool:
        """Whether more is on its way than should be."""
        return not self._room.is_set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """An answer, several, or a part of one. What is none ends the connection."""
        try:
            for told in self._held.feed(data):
                self._told_to(told)
        except (FrameError, TypeError, ValueError):
            self.end()

    def connection_lost(self, error: Exception | None) -> None:
        """Whoever waits is told."""
        self.ended.set()
        self._room.set()
        self._lost_to(self)

    def pause_writing(self) -> None:
        """The scorer does not read as fast as is written."""
        self._room.clear()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._room.set()

    def send(self, data: bytes) -> None:
        """Send. Raises EOFError where the connection has ended."""
        if self._transport is None or self.ended.is_set():
            raise EOFError
        self._transport.write(data)

    async def room(self) -> None:
        """Wait until there is room for more. Raises EOFError where the connection ends meanwhile."""
        await self._room.wait()
        if self.ended.is_set():
            raise EOFError

    def end(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.abort()


def _too_late(answer: asyncio.Future[Told]) -> None:
    if not answer.done():
        answer.set_exception(TimeoutError())


def _away() -> UnavailableError:
    return UnavailableError("scorer-away", "The scorer does not answer at the moment.", "评分进程暂时没有响应。", 2)
