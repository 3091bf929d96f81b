"""Something computed once and kept with an index of a live ledger."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from features.asof.journal import NEVER

if TYPE_CHECKING:
    from features.asof.live import LiveLedger


class Kept:
    """Something kept with an index, how it is made, what it had read and as of which version of the ledger."""

    def __init__(self, make: Callable[[], Any], ledger: LiveLedger) -> None:
        self._make = make
        self._ledger = ledger
        self.value: Any = None
        self.reads: frozenset[str] = frozenset()
        self.version = ledger.version

    def make_again(self, table: str) -> None:
        """Make it, whatever was there."""
        with self._ledger.reads.noting() as read:
            self._ledger.reads.note(table)
            self.value = self._make()
        self.reads = frozenset(read)

    def extend(self) -> bool:
        """Take what was learned since; whether that could be done."""
        make = self._make
        if not isinstance(make, partial) or (extend := getattr(make.func, "extend", None)) is None:
            return False
        with self._ledger.reads.noting() as read:
            found = extend(self.value, self, *make.args)
        self.reads |= read
        if found is not None:
            self.value = found
        return found is not None

    def earliest(self) -> int:
        """See `features.asof.grows.Since`."""
        return min((self.of(name) for name in self.reads), default=NEVER)

    def of(self, name: str) -> int:
        """See `features.asof.grows.Since`."""
        return self._ledger.known_since(name, self.version)
