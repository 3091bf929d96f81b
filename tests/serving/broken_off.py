"""A process that ends in the middle of a transaction, or right after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from service.store import Database


def breaking(at: int, *, early: bool) -> Callable[..., Any]:
    """In place of `Database.write`: the transaction of this number (from 1) is the last one. `early`: nothing of it is
    kept. Raises KeyboardInterrupt then, which nothing catches that goes on."""
    write, count = Database.write, 0

    @contextmanager
    def writes(self: Database, *, lasting: bool = True) -> Iterator[Connection]:
        nonlocal count
        count += 1
        with write(self, lasting=lasting) as connection:
            yield connection
            if early and count >= at:
                raise KeyboardInterrupt
        if count >= at:
            raise KeyboardInterrupt

    return writes
