"""Looks asked of the scorer: payments go before them, and between two steps of a look what has arrived is scored."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from service.work.portraits.looks import Asked, Look, Looks
from service.work.scoring.asked import UnavailableError
from service.work.scoring.frames import FrameError, frame, unavailable_frame

if TYPE_CHECKING:
    from service.work.scoring.live import LiveScorer

_LOG = logging.getLogger("mingbai.scorer")

MOST_WAITING: Final = 16
"""Looks that may wait; more are refused, and the page says that it is tried again in a moment."""

AT_ONCE_SECONDS: Final = 0.005
"""So long a look works before payments have their turn."""

PATIENCE_SECONDS: Final = 0.25
"""A look that has waited so long has a turn although payments wait."""

OLD_SECONDS: Final = 3.0
"""Whoever asked so long ago no longer waits for the answer."""

Peer = TypeVar("Peer")


@dataclass(slots=True)
class _Waiting(Generic[Peer]):
    """A look that was asked for; `steps` once it has begun."""

    peer: Peer
    number: int
    asked: Asked
    came: float
    turn: float
    steps: Look | None = None


class Looking(Generic[Peer]):
    """The looks of one loop, one at a time. A peer is whoever is answered."""

    def __init__(self, scorer: LiveScorer) -> None:
        """Nothing waits."""
        self._scorer = scorer
        self._looks: Looks | None = None
        self._waiting: deque[_Waiting[Peer]] = deque()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def take(self, peer: Peer, number: int, told: Mapping[str, Any]) -> bytes | None:
        """Take a look; the frame that refuses it where too many wait. Raises KeyError, TypeError or ValueError."""
        asked = Asked.read(told)
        if len(self._waiting) >= MOST_WAITING:
            return unavailable_frame(number, _busy())
        now = time.monotonic()
        self._waiting.append(_Waiting(peer, number, asked, now, now))
        return None

    def is_due(self) -> bool:
        """Whether the first look has waited so long that it has a turn before payments."""
        return bool(self._waiting) and time.monotonic() - self._waiting[0].turn > PATIENCE_SECONDS

    def step(self) -> tuple[Peer, bytes] | None:
        """Work at the first look for a few milliseconds; whom to answer and with which frame, once it is done."""
        if not self._waiting:
            return None
        one = self._waiting[0]
        if one.steps is None and time.monotonic() - one.came > OLD_SECONDS:
            self._waiting.popleft()
            return one.peer, unavailable_frame(one.number, _busy())
        try:
            answer = self._work(one)
        except Exception as error:
            # The message may quote a value, and stays out of the log.
            _LOG.error("a look at %s failed: %s", one.asked.what, type(error).__name__)
            answer = unavailable_frame(one.number, _failed(error))
        if answer is None:
            one.turn = time.monotonic()
            return None
        self._waiting.popleft()
        return one.peer, answer

    def _work(self, one: _Waiting[Peer]) -> bytes | None:
        history = self._scorer.history
        if history.lacking:
            raise UnavailableError("facts-missing", "No facts were sent yet.", "尚未报送数据。", 60)
        if one.steps is None:
            self._looks = self._looks or Looks(self._scorer.context)
            one.steps = self._looks.begin(history.ledger, one.asked)
        until = time.monotonic() + AT_ONCE_SECONDS
        try:
            while time.monotonic() < until:
                next(one.steps)
        except StopIteration as done:
            try:
                return frame({"number": one.number, "looked": done.value})
            except FrameError:
                return unavailable_frame(one.number, _failed(None))
        return None


def _busy() -> UnavailableError:
    return UnavailableError("busy", "Too many look at this moment: try again.", "当前查询过多，请稍后重试。", 1)


def _failed(error: Exception | None) -> UnavailableError:
    if isinstance(error, UnavailableError):
        return error
    if isinstance(error, SQLAlchemyError):
        return UnavailableError(
            "database-away", "The database does not answer at the moment.", "数据库暂时没有响应。", 2
        )
    return UnavailableError(
        "cannot-look", "This cannot be shown here; it is on record.", "此内容暂无法显示，已记录。", 60
    )
