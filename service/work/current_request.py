"""The number of the request that is being answered, for lines of both logs, wherever they are written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_CURRENT: ContextVar[str | None] = ContextVar("request_id", default=None)


def request_id() -> str | None:
    """The number of the current request; None outside of one."""
    return _CURRENT.get()


@contextmanager
def as_request(number: str) -> Iterator[None]:
    """Be inside a request of that number for as long as the block lasts; threads started from it are too."""
    token = _CURRENT.set(number)
    try:
        yield
    finally:
        _CURRENT.reset(token)
