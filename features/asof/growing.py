"""Arrays that take more at their end without being copied each time."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray


class Growing:
    """An array with spare room: `values` is what it holds, shape (n, ...).

    The array given is not changed and copied only when the first value is added.
    """

    __slots__ = ("_room", "address", "values")
    moves: ClassVar[int] = 0
    """How often any of them was made or came to lie elsewhere: while this stays, so do all addresses."""

    def __init__(self, values: NDArray[Any]) -> None:
        self.values = values
        self._room: NDArray[Any] | None = None
        self.address: int = values.__array_interface__["data"][0]
        """Where the first value lies, for compiled code."""
        Growing.moves += 1

    def __len__(self) -> int:
        return len(self.values)

    def add(self, more: NDArray[Any]) -> None:
        """Put values at the end, as the type the array has."""
        start = len(self.values)
        self.resize(start + len(more))
        self.values[start:] = more

    def own(self) -> NDArray[Any]:
        """The values, to be written to."""
        if self._room is None:
            self.resize(len(self.values))
        return self.values

    def resize(self, size: int) -> None:
        """Hold `size` values; what is new is zero, or what was there when the array was longer."""
        if self._room is None or size > len(self._room):
            room = np.zeros((max(64, size + size // 4), *self.values.shape[1:]), dtype=self.values.dtype)
            room[: len(self.values)] = self.values
            self._room = room
            self.address = room.__array_interface__["data"][0]
            Growing.moves += 1
        self.values = self._room[:size]

    @property
    def room(self) -> int:
        """Values it can hold where it lies; 0 while the array given is still used."""
        return 0 if self._room is None else len(self._room)

    @property
    def nbytes(self) -> int:
        """Bytes held in memory beside the array given."""
        return 0 if self._room is None else int(self._room.nbytes)
