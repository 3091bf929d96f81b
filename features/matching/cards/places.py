"""Divisions as of a moment: what a merged village has become, and which division of a level it belongs to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger
from features.asof.ledger import MICROSECONDS_A_DAY

Codes = NDArray[np.int64]
LEVELS = ("village", "township", "county", "prefecture")
GENERATIONS = 8
"""Mergers in a row, and levels above a village, that are followed; a ring in the table cannot loop for ever."""


class Places:
    """Divisions by code of the vocabulary; one more entry for code -1."""

    def __init__(self, ledger: Ledger, at_us: int) -> None:
        self.ledger = ledger
        self.table = ledger.tables["divisions"]
        self.size = len(ledger.vocabulary("division"))
        codes = self.table.column("division_code").astype(np.int64)
        today = (at_us + ledger.utc_offset) / MICROSECONDS_A_DAY
        # The last day of a division is still its own.
        over = np.asarray(self.table.column("valid_to"), dtype=np.float64) + 1 <= today
        step = np.arange(self.size + 1)
        step[-1] = -1
        successor = self.table.column("successor_code").astype(np.int64)
        step[codes[over & (successor >= 0)]] = successor[over & (successor >= 0)]
        for _ in range(GENERATIONS):
            step = step[step]
        self.became: Codes = step
        self._parent = np.full(self.size + 1, -1, dtype=np.int64)
        self._parent[codes] = self.table.column("parent_code")
        self._level = np.full(self.size + 1, -1, dtype=np.int64)
        self._level[codes] = self.table.column("level")
        self._parent[-1] = self._level[-1] = -1

    def of_level(self, codes: Codes, level: str) -> Codes:
        """The division of a level that each (merged) division belongs to, -1 where the table knows none; shape (n,)."""
        wanted = self.table.schema.column("level").values.index(level)
        at = np.arange(self.size + 1)
        at[-1] = -1
        found = np.full(self.size + 1, -1, dtype=np.int64)
        for _ in range(GENERATIONS):
            hit = (found < 0) & (self._level[at] == wanted)
            found[hit] = at[hit]
            at = self._parent[at]
        # A township above a village may have been merged since.
        return self.became[found[self.became[codes]]]

    def names(self, codes: Codes) -> list[str]:
        """Names as the table gives them last, '' where it has none."""
        texts = [""] * (self.size + 1)
        written = self.table.arrow("name").to_pylist()
        for code, name in zip(self.table.column("division_code").tolist(), written, strict=True):
            texts[code] = name or ""
        return [texts[code] for code in codes.tolist()]
