"""What takes long to count is kept a little while: a page of figures must not cost a count of a million rows each time.

A count is kept a hundred times as long as it took, so that counting never costs more than a hundredth of one core, and
what is counted quickly (any county) is counted anew each time. Who asks when it has run out gets the old one with its
moment, while one thread counts again.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast
from weakref import WeakKeyDictionary

from service.store import Database
from service.work.context import Context

QUICK_SECONDS: Final = 0.1
"""What takes less is not kept."""

TIMES: Final = 100
OLDEST_SECONDS: Final = 600.0
"""Nothing older is shown: whoever comes after so long waits for the count."""

MOST: Final = 500
"""Counts kept for one database; the oldest goes."""

T = TypeVar("T")
_LOG = logging.getLogger("mingbai.recent")


@dataclass(slots=True)
class _Kept:
    value: Any
    at: dt.datetime
    counted: float
    took: float
    again: bool = False


_KEPT: WeakKeyDictionary[Database, dict[Hashable, _Kept]] = WeakKeyDictionary()
_LOCK = threading.Lock()


def recent(context: Context, key: Hashable, count: Callable[[], T]) -> tuple[T, dt.datetime]:
    """What `count` gives, now or lately, and of when it is. `key` names what is counted and for whom."""
    with _LOCK:
        kept = _KEPT.setdefault(context.database, {}).get(key)
        age = float("inf") if kept is None else time.monotonic() - kept.counted
        if kept is not None and age < OLDEST_SECONDS:
            if age > kept.took * TIMES and not kept.again:
                kept.again = True
                threading.Thread(target=_again, args=(context, key, count), name="recent", daemon=True).start()
            return cast(T, kept.value), kept.at
    made = _counted(context, key, count)
    return cast(T, made.value), made.at


def _counted(context: Context, key: Hashable, count: Callable[[], Any]) -> _Kept:
    at, began = context.clock.now(), time.monotonic()
    value = count()
    now = time.monotonic()
    made = _Kept(value, at, now, now - began)
    with _LOCK:
        kept = _KEPT.setdefault(context.database, {})
        kept.pop(key, None)
        if made.took >= QUICK_SECONDS:
            kept[key] = made
            while len(kept) > MOST:
                del kept[next(iter(kept))]
    return made


def _again(context: Context, key: Hashable, count: Callable[[], Any]) -> None:
    try:
        _counted(context, key, count)
    except Exception as error:  # Whoever asks next counts, and is told what is wrong.
        _LOG.warning("a count could not be made again: %s", type(error).__name__)
        with _LOCK:
            _KEPT.get(context.database, {}).pop(key, None)
