"""A scorer inside the process that asks, for tests that need no process of its own."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any

from service.work.portraits.looks import Asked as Look
from service.work.portraits.looks import Looks
from service.work.scoring.asked import Answered, Asked
from service.work.scoring.live import LiveScorer

if TYPE_CHECKING:
    from service.work.context import Context


class LocalScorer:
    """Scores in a thread, one call at a time. A history that is stale is made anew at once, not in the background."""

    def __init__(self, context: Context) -> None:
        """The history is made at the first call."""
        self._live = LiveScorer(context)
        self._looks = Looks(context)
        self._opened = False
        self._lock = threading.Lock()

    async def score(self, asked: Asked) -> Answered:
        """Scores of the payments. Raises UnavailableError."""
        return await asyncio.to_thread(self.score_now, asked)

    async def state(self) -> dict[str, Any]:
        """How it stands."""
        return await asyncio.to_thread(self.state_now)

    def score_now(self, asked: Asked) -> Answered:
        """The same, at once. Raises UnavailableError."""
        with self._lock:
            self._fresh()
            return self._live.answer([asked])[0]

    def state_now(self) -> dict[str, Any]:
        """How it stands, at once."""
        with self._lock:
            self._fresh()
            return self._live.state()

    def look(self, asked: Look) -> Any:
        """What the history says, as the socket would bring it: see `service.work.portraits.ask.Portraits`."""
        with self._lock:
            self._fresh()
            self._live.history.catch_up()
            steps = self._looks.begin(self._live.history.ledger, Look.read(json.loads(json.dumps(asked.told()))))
            while True:
                try:
                    next(steps)
                except StopIteration as done:
                    return json.loads(json.dumps(done.value, allow_nan=False))

    def _fresh(self) -> None:
        if not self._opened or self._live.history.stale:
            self._live.open()
            self._opened = True
