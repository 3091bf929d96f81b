"""What a program need not ask the ledger for again after payments came quietly: most of its arrays."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.asof.growing import Growing
from features.asof.live import LiveLedger
from features.asof.live_table import PAYMENTS
from features.recorded._recorder import LeafSource

Int64 = NDArray[np.int64]


class Leaned:
    """The arrays of a program by what becomes of them when payments come quietly (`LiveLedger.loud`).

    Those of other tables stay. Those of payments only get longer: where they lie, and how long they are, is read from
    what holds them. `others` must be asked for, and what rests on an identifier space that grew.
    """

    def __init__(self) -> None:
        self.others: list[int] = []
        self._spaces: dict[str, list[int]] = {}
        self._growing: list[Growing] = []
        self._at: Int64 = np.empty(0, np.int64)
        self._handed: list[tuple[int, Growing]] = []
        self._shape = self._moves_seen = -1

    def sort(
        self, ledger: LiveLedger, leaves: Sequence[LeafSource], address: Int64, length: Int64, handed: Container[int]
    ) -> None:
        """Sort the arrays of a program that has just taken them all; those `handed` to calls are needed themselves."""
        self.others, self._growing, self._spaces, at = [], [], {}, []
        for k, leaf in enumerate(leaves):
            if leaf.home is not None and leaf.home.table != PAYMENTS:
                for space in leaf.home.spaces:
                    self._spaces.setdefault(space, []).append(k)
                continue
            held = leaf.grown() if leaf.grown is not None else None
            if held is True:
                continue
            if isinstance(held, Growing) and held.address == address[k] and held.values.size == length[k]:
                self._growing.append(held)
                at.append(k)
            else:
                self.others.append(k)
        self._at = np.array(at, np.int64)
        self._handed = [(k, held) for k, held in zip(at, self._growing, strict=True) if k in handed]
        self._shape, self._moves_seen = ledger.shape, Growing.moves

    def holds(self, ledger: LiveLedger, version: int) -> bool:
        """Whether nothing but quiet payments came since a version."""
        return self._shape == ledger.shape and ledger.loud <= version

    def asked(self, ledger: LiveLedger, version: int) -> list[int]:
        """The arrays that must be asked for, after what came since a version."""
        found = list(self.others)
        for space, leaves in self._spaces.items():
            if ledger.changed.get(space, 0) > version:
                found += leaves
        return found

    def take(self, arrays: list[NDArray[Any]], address: Int64, length: Int64) -> None:
        """What lies where now."""
        growing = self._growing
        if self._moves_seen != Growing.moves:
            # Each is kept where compiled code reads it until it is taken again.
            address[self._at] = [held.address for held in growing]
            for k, held in zip(self._at.tolist(), growing, strict=True):
                arrays[k] = held.values
            self._moves_seen = Growing.moves
        length[self._at] = [held.values.size for held in growing]
        for k, held in self._handed:
            arrays[k] = held.values
