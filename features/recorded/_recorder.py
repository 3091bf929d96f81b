"""What has been recorded so far: steps in order, constants, leaves of the ledger, and calls of other functions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.asof.growing import Growing
from features.recorded._codes import WIDTH
from features.recorded._homes import Home


class CannotRecordError(TypeError):
    """Something a feature does that the machine has no step for; the feature is then computed by numpy."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the fields of its row of `code`, the values it reads and those it makes."""

    fields: tuple[int, ...]
    reads: tuple[int, ...]
    makes: tuple[int, ...]
    extra: tuple[int, ...] = ()
    extra_at: int = -1


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function outside the machine, with arrays of values, arrays of leaves and plain arguments.

    `arguments` are ("value", number, dtype, single), ("leaf", number) or ("plain", object); `makes` are the values of
    its results, `floats` which of them are float64.
    """

    function: Callable[..., Any]
    arguments: tuple[tuple[Any, ...], ...]
    reads: tuple[int, ...]
    makes: tuple[int, ...]
    floats: tuple[bool, ...]


@dataclass(slots=True)
class Answer:
    """What a ledger gave when it was asked, and its version then."""

    version: int
    value: Any


@dataclass(slots=True)
class LeafSource:
    """An array of the ledger: how to get it, and the kind of its numbers when it was recorded.

    `of`: the table without whose rows nothing changes in it; None where it may rest on others too. `home`: what may
    change it while appends are quiet. `grown`: what holds the array, where it only ever gets longer, True where it is
    the same until the ledger's `shape` changes.
    """

    resolve: Callable[[], NDArray[Any]]
    dtype: np.dtype[Any]
    of: str | None
    home: Home | None = None
    grown: Callable[[], Growing | bool | None] | None = None


@dataclass(slots=True)
class Recorder:
    """Steps of a program in the making. Equal steps are recorded once.

    `version` gives the ledger's; `kept` is what was asked of it, shared by all programs over it.
    """

    version: Callable[[], int]
    kept: dict[Hashable, Answer]
    steps: list[Step | Call] = field(default_factory=list)
    constants: dict[tuple[str, int], int] = field(default_factory=dict)
    leaves: list[LeafSource] = field(default_factory=list)
    missing: list[Callable[[], bool]] = field(default_factory=list)
    inputs: list[tuple[int, Callable[..., Any]]] = field(default_factory=list)
    values: int = 1
    _leaf_numbers: dict[Hashable, int] = field(default_factory=dict)
    _decided: dict[Hashable, bool] = field(default_factory=dict)
    _known: dict[Hashable, tuple[int, ...]] = field(default_factory=dict)

    def asked_once(self, key: Hashable, resolve: Callable[[], Any]) -> Callable[[], Any]:
        """`resolve`, asked once for each version of the ledger, by however many leaves and programs."""
        version = self.version
        answer = self.kept.setdefault(key, Answer(-1, None))

        def known() -> Any:
            now = version()
            if answer.version != now:
                answer.value = resolve()
                answer.version = now
            return answer.value

        return known

    def new(self) -> int:
        """The number of a new value."""
        self.values += 1
        return self.values - 1

    def constant(self, bits: int, kind: str) -> int:
        """A single value given by its eight bytes as a whole number."""
        if (kind, bits) not in self.constants:
            self.constants[kind, bits] = self.new()
        return self.constants[kind, bits]

    def leaf(
        self,
        key: Hashable,
        resolve: Callable[[], NDArray[Any]],
        of: str | None = None,
        home: Home | None = None,
        grown: Callable[[], Growing | bool | None] | None = None,
    ) -> int:
        """The number of an array of the ledger; equal keys are the same array. See `LeafSource`."""
        if key not in self._leaf_numbers:
            self._leaf_numbers[key] = len(self.leaves)
            asked = self.asked_once(("leaf", key), resolve)
            self.leaves.append(LeafSource(asked, asked().dtype, of, home, grown))
        return self._leaf_numbers[key]

    def emit(
        self,
        code: int,
        places: dict[int, int],
        reads: Sequence[int],
        *,
        second: int = -1,
        extra: tuple[int, ...] = (),
        extra_at: int = -1,
    ) -> tuple[int, ...]:
        """Record a step; gives the values it makes. `second` is the field of a second value, `extra_at` of a list."""
        key = (code, tuple(sorted(places.items())), extra)
        if key in self._known:
            return self._known[key]
        fields = [0] * WIDTH
        for place, value in places.items():
            fields[place] = value
        fields[0] = code
        fields[1] = self.new()
        makes = [fields[1]]
        if second >= 0:
            fields[second] = self.new()
            makes.append(fields[second])
        self.steps.append(Step(tuple(fields), tuple(reads), tuple(makes), extra, extra_at))
        self._known[key] = tuple(makes)
        return self._known[key]

    def call(
        self, function: Callable[..., Any], arguments: tuple[tuple[Any, ...], ...], floats: tuple[bool, ...]
    ) -> tuple[int, ...]:
        """Record a call of a function outside the machine; gives the values of its results."""
        key = (function, tuple(a if a[0] != "plain" else ("plain", repr(a[1])) for a in arguments))
        if key in self._known:
            return self._known[key]
        reads = tuple(a[1] for a in arguments if a[0] == "value")
        makes = tuple(self.new() for _ in floats)
        self.steps.append(Call(function, arguments, reads, makes, floats))
        self._known[key] = makes
        return makes

    def guard(self, key: Hashable, holds: Callable[[], bool]) -> bool:
        """Whether there is something (a table, a column, a row). Where there is none yet, that is remembered.

        What is there stays: ledgers only grow. So a program is recorded anew once something it missed has come.
        """
        if key not in self._decided:
            self._decided[key] = bool(holds())
            if not self._decided[key]:
                self.missing.append(holds)
        return self._decided[key]
