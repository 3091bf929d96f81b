"""What a table or a derived column learned, version by version of the ledger: from which moment on it may differ."""

from __future__ import annotations

import numpy as np

NEVER = int(np.iinfo(np.int64).max)
MOST = 4096
"""Entries kept apart; beyond that the older half is taken together, which only makes more be done again."""


class Journal:
    """Entries of (version of the ledger, earliest moment of the rows that came or changed)."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int]] = []

    def add(self, version: int, moment: int) -> None:
        """Rows came or changed, the earliest of them known at `moment`."""
        self._entries.append((version, moment))
        if len(self._entries) > MOST:
            old, self._entries = self._entries[: MOST // 2], self._entries[MOST // 2 :]
            self._entries.insert(0, (old[-1][0], min(moment for _, moment in old)))

    def since(self, version: int) -> int:
        """The earliest moment of rows that came or changed after a version, NEVER for none."""
        moment = NEVER
        for entry, known in reversed(self._entries):
            if entry <= version:
                break
            moment = min(moment, known)
        return moment
