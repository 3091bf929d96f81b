"""What a table learned, version by version of the ledger: from which moment on something may have changed."""

from __future__ import annotations

import numpy as np

NEVER = np.iinfo(np.int64).max
MOST = 4096
"""Entries kept apart; beyond that the older half is taken together, which only makes more be done again."""


class Journal:
    """Entries of (version of the ledger, earliest moment of the rows that came, whether one went before another)."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, bool]] = []

    def add(self, version: int, moment: int, *, disordered: bool) -> None:
        """Rows came, the earliest known at `moment`; `disordered`: one of them stands before a row that was there."""
        self._entries.append((version, moment, disordered))
        if len(self._entries) > MOST:
            old, self._entries = self._entries[: MOST // 2], self._entries[MOST // 2 :]
            self._entries.insert(0, (old[-1][0], min(e[1] for e in old), any(e[2] for e in old)))

    def since(self, version: int, *, disordered: bool = False) -> int:
        """The earliest moment of rows that came after a version, NEVER for none; or of those out of order only."""
        moment = NEVER
        for entry, known, moved in reversed(self._entries):
            if entry <= version:
                break
            if moved or not disordered:
                moment = min(moment, known)
        return int(moment)
