"""The way from a web process to the scorer: one connection, many calls at once, tried again when it ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

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
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
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
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        self._lose()

    async def _call(self, make: Callable[[int], bytes], patience: float | None = None) -> Told:
        loop = asyncio.get_running_loop()
        give_up = loop.time() + (PATIENCE if patience is None else patience)
        while True:
            self._number += 1
            number, answer = self._number, loop.create_future()
            self._waiting[number] = answer
            try:
                await self._send(make(number))
                async with asyncio.timeout(ANSWER):
                    told: Told = await answer
                return told
            except (OSError, EOFError) as error:
                if loop.time() >= give_up:
                    raise _away() from error
                await asyncio.sleep(0.05)
            except TimeoutError as error:
                raise _away() from error
            finally:
                self._waiting.pop(number, None)

    async def _send(self, data: bytes) -> None:
        if self._writer is None:
            async with self._connecting:
                if self._writer is None:
                    reader, self._writer = await asyncio.open_unix_connection(str(self._path))
                    self._reading = asyncio.create_task(self._read(reader, self._writer))
        self._writer.write(data)
        await self._writer.drain()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand answers to whom they belong until the connection ends."""
        held = Frames()
        try:
            while data := await reader.read(1 << 18):
                for told in held.feed(data):
                    answer = self._waiting.get(int(told[0].get("number", 0)))
                    if answer is not None and not answer.done():
                        answer.set_result(told)
        except (OSError, FrameError):
            pass
        finally:
            if self._writer is writer:
                self._lose()

    def _lose(self) -> None:
        """The connection is gone: whoever waits tries again."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(EOFError())


def _away() -> UnavailableError:
    return UnavailableError("scorer-away", "The scorer does not answer at the moment.", "评分进程暂时没有响应。", 2)
