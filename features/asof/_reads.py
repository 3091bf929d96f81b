"""What a computation reads of a ledger, noted while it runs: so that one knows what makes its result stale.

Makers of derived columns reach other tables in one way only, through `ledger.tables`, and identifier spaces through
`ledger.vocabulary`. Both say so here, and cost nothing while nobody listens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

VOCABULARY = "vocabulary:"
"""Before the name of an identifier space. Else a name is that of a table, or `table.column` of a derived column."""


class Reads:
    """Names noted by whatever is being made at the moment."""

    def __init__(self) -> None:
        self._open: list[set[str]] = []

    def note(self, name: str) -> None:
        """Say that something is being read."""
        if self._open:
            self._open[-1].add(name)

    def note_all(self, names: frozenset[str] | set[str]) -> None:
        """Say that something made before is being read, which had itself read these."""
        if self._open:
            self._open[-1] |= names

    @property
    def listening(self) -> bool:
        """Whether anything is being made."""
        return bool(self._open)

    def begin(self) -> None:
        """What is read from now on is collected, until `end`."""
        self._open.append(set())

    def end(self) -> set[str]:
        """What was read since `begin`."""
        return self._open.pop()

    @contextmanager
    def noting(self) -> Iterator[set[str]]:
        """Collects what is read inside; whoever is being made around it notes what it takes from that itself."""
        found: set[str] = set()
        self._open.append(found)
        try:
            yield found
        finally:
            self._open.pop()


class Tables(dict[str, Any]):
    """Tables by name; a look at one is noted, and so is a look for one that was not shared."""

    def __init__(self, tables: dict[str, Any], reads: Reads) -> None:
        super().__init__(tables)
        self._reads = reads

    def __getitem__(self, name: str) -> Any:
        self._reads.note(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._reads.note(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The table, or `default` where it was not shared."""
        self._reads.note(name)
        return super().get(name, default)
