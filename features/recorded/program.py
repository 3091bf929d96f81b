"""A program: what was recorded, ready to run for a few disbursement rows.

It holds no content of the ledger: arrays are asked for again (`refresh`) whenever rows were appended, and it says when
it must be recorded anew (`holds`), because a table was shared that was not, or was empty and is no longer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger
from features.asof.live import LiveLedger
from features.recorded import _machine as machine
from features.recorded import _words as words
from features.recorded._codes import CODE, WIDTH
from features.recorded._leaned import Leaned
from features.recorded._part import RecordingPart
from features.recorded._recorder import Answer, Call, CannotRecordError, Recorder, Step
from features.recorded._twins import Twins
from features.recorded._values import Traced, kind_of
from features.recorded._view import RecordingView

MEMORY = 1 << 18
"""Places of eight bytes a program begins with; it takes more when it meets somebody with a long history."""
MOST_MEMORY = 1 << 25

_twins = Twins()
_recording = threading.Lock()


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table behind payments: `row[k]` stands behind payment `query[k]`, ascending; shapes (k,)."""

    table: str
    query: NDArray[np.int64]
    row: NDArray[np.int64]


class Rested:
    """What a run found behind payments, by number of the work; taken out of the memory when it is asked for."""

    def __init__(
        self,
        told: dict[int, list[tuple[str, int, int]]],
        memory: NDArray[np.int64],
        off: NDArray[np.int64],
        size: NDArray[np.int64],
    ) -> None:
        self._told, self._memory, self._off, self._size = told, memory, off, size

    def __contains__(self, work: int) -> bool:
        return work in self._told

    def __getitem__(self, work: int) -> list[Rows]:
        return [Rows(table, self._values(query), self._values(row)) for table, query, row in self._told[work]]

    def _values(self, value: int) -> NDArray[np.int64]:
        return self._memory[self._off[value] : self._off[value] + self._size[value]]


class Program:
    """Results of `works` for a few rows, each as of its submission, by one compiled call.

    `works` take a view and give values of shape (n,): features' values, or conditions over them. `resting` take a view
    and give `Pairs`: the rows something rests on. What cannot be recorded is in `left` or `resting_left` with the
    reason; its row of the results is NaN. `stopped` counts how often it had to leave rows to numpy.
    """

    def __init__(
        self,
        ledger: Ledger,
        rows: NDArray[np.int64],
        works: Sequence[Callable[[Any], Any]],
        resting: Sequence[Callable[[Any], Any]] = (),
        *,
        part_of: str | None = None,
    ) -> None:
        """`rows` are those it is recorded on. With `part_of` works take rows of that table in the place of a view, as
        makers of derived columns do (`RecordingPart`)."""
        self.ledger = ledger
        self.version = ledger.version
        self.left: dict[int, str] = {}
        self.stopped = 0
        self.resting_left: dict[int, str] = {}
        self._told: dict[int, list[tuple[str, int, int]]] = {}
        self._held: tuple[int, int] | None = None
        self._leaned = Leaned()
        self._lock = threading.Lock()
        kept: dict[Hashable, Answer] = {}
        kept = cast(dict[Hashable, Answer], ledger.plans.setdefault("asked once", kept))
        recorder = Recorder(lambda: ledger.version, kept)
        results: list[int] = []
        with _recording:
            self._rows = recorder.new()
            view = _first_view(ledger, recorder, self._rows, rows, part_of)
            for k, work in enumerate(works):
                try:
                    found = work(view)
                    name = "OUT_F" if kind_of(found.dtype) == "f" else "OUT_I"
                    recorder.emit(CODE[name], {2: found.reg, 3: k}, (found.reg,))
                    results.append(len(recorder.steps) - 1)
                except Exception as reason:  # Whatever it is, numpy computes the feature then.
                    self.left[k] = f"{type(reason).__name__}: {reason}"
            for k, work in enumerate(resting):
                try:
                    self._told[k] = [_by_query(pairs) for pairs in _several(work(view))]
                except Exception as reason:
                    self.resting_left[k] = f"{type(reason).__name__}: {reason}"
        self.size = len(works)
        wanted = {reg for told in self._told.values() for _, *regs in told for reg in regs}
        self._arrange(recorder, results, wanted)
        self._memory = np.zeros(MEMORY, np.int64)
        self.refresh()

    def _arrange(self, recorder: Recorder, results: list[int], needed: set[int]) -> None:
        """Keep the steps that results and needed values take, in as few stretches between calls as can be."""
        steps = recorder.steps
        kept: list[int] = []
        wanted = set(results)
        for k in range(len(steps) - 1, -1, -1):
            if k in wanted or needed.intersection(steps[k].makes):
                kept.append(k)
                needed.update(steps[k].reads)
        depth: dict[int, int] = {}
        stretches: dict[int, tuple[list[Step], list[Call]]] = {}
        for k in reversed(kept):
            step = steps[k]
            level = max((depth.get(r, 0) for r in step.reads), default=0)
            steps_of, calls_of = stretches.setdefault(level, ([], []))
            if isinstance(step, Call):
                calls_of.append(step)
                depth.update(dict.fromkeys(step.makes, level + 1))
            else:
                steps_of.append(step)
                depth.update(dict.fromkeys(step.makes, level))
        extra: list[int] = [0]
        self._stretches: list[tuple[NDArray[np.int32], list[Call]]] = []
        for level in sorted(stretches):
            steps_of, calls_of = stretches[level]
            code = np.zeros((len(steps_of), WIDTH), np.int32)
            for row, step in enumerate(steps_of):
                code[row] = step.fields
                if step.extra_at >= 0:
                    code[row, step.extra_at] = len(extra)
                    extra.extend(step.extra)
            self._stretches.append((code, calls_of))
        self._extra = np.array(extra, np.int32)
        constants = sorted(recorder.constants.items(), key=lambda item: item[1])
        self._constants = np.array([0, *(bits for (_, bits), _ in constants)], np.int64)
        self._off, self._size = np.zeros(recorder.values, np.int64), np.zeros(recorder.values, np.int64)
        self._size[0] = 1
        for place, (_, reg) in enumerate(constants, start=1):
            self._off[reg], self._size[reg] = place, 1
        self._leaves, self._missing = recorder.leaves, recorder.missing
        self._arrays: list[NDArray[Any]] = [np.empty(0)] * len(self._leaves)
        self._address = np.zeros(max(1, len(self._leaves)), np.int64)
        self._length = np.zeros(max(1, len(self._leaves)), np.int64)
        self.steps = sum(len(code) for code, _ in self._stretches)
        self.calls = [call for _, calls in self._stretches for call in calls]
        self._handed = frozenset(a[1] for call in self.calls for a in call.arguments if a[0] == "leaf")

    def holds(self) -> bool:
        """Whether what was not there while recording (a table, a column, any row of a table) still is not."""
        mark = (getattr(self.ledger, "shape", 0), getattr(self.ledger, "loud", 0))
        if mark != self._held:
            if any(comes() for comes in self._missing):
                return False
            self._held = mark  # What comes into being changes the one or the other.
        return True

    def refresh(self, *, follow: bool = True) -> None:
        """Take the ledger's arrays as they are now; with `follow` they follow what was appended first. Raises
        CannotRecordError where one has become another kind."""
        ledger = self.ledger
        if isinstance(ledger, LiveLedger):
            if follow:
                ledger.catch_up_payments()
            if self._leaned.holds(ledger, self.version):
                asked = self._leaned.asked(ledger, self.version)
                self.version = ledger.version
                self._leaned.take(self._arrays, self._address, self._length)
                for k in asked:
                    self._take(k)
                return
        self._take_all()
        if isinstance(ledger, LiveLedger):
            self._leaned.sort(ledger, self._leaves, self._address, self._length, self._handed)

    def _take_all(self) -> None:
        """Every array that may be another."""
        changed = {name for name, version in getattr(self.ledger, "changed", {}).items() if version > self.version}
        self.version = self.ledger.version
        for k, source in enumerate(self._leaves):
            if source.of is None or source.of in changed or not self._address[k]:
                self._take(k)

    def _take(self, k: int) -> None:
        """One array as it is now."""
        source = self._leaves[k]
        found = source.resolve()
        if found is self._arrays[k]:
            return
        if found.dtype != source.dtype or not found.flags.c_contiguous:
            raise CannotRecordError(f"an array of {source.dtype} became one of {found.dtype}, or one with gaps")
        self._arrays[k] = found
        self._address[k] = found.__array_interface__["data"][0]
        self._length[k] = len(found)

    def run(self, rows: NDArray[np.int64]) -> NDArray[np.float64] | None:
        """Results (works, n) for disbursement rows, each as of its submission; None where numpy must be asked."""
        with self._lock:
            out = np.full((self.size, len(rows)), np.nan)
            status = self._run(rows, out)
            while status == machine.FULL_MEMORY and len(self._memory) < MOST_MEMORY:
                self._memory = np.zeros(4 * len(self._memory), np.int64)
                status = self._run(rows, out)
            self.stopped += status < 0
            return out if status >= 0 else None

    def run_resting(self, rows: NDArray[np.int64]) -> Rested | None:
        """Rows behind disbursement rows; None where numpy must be asked."""
        with self._lock:
            status = self._run(rows, _NO_RESULTS)
            while status == machine.FULL_MEMORY and len(self._memory) < MOST_MEMORY:
                self._memory = np.zeros(4 * len(self._memory), np.int64)
                status = self._run(rows, _NO_RESULTS)
            self.stopped += status < 0
            if status < 0:
                return None
            return Rested(self._told, self._memory[:status].copy(), self._off.copy(), self._size.copy())

    def _run(self, rows: NDArray[np.int64], out: NDArray[np.float64]) -> int:
        memory, off, size = self._memory, self._off, self._size
        floats = memory.view(np.float64)
        top = len(self._constants)
        if top + len(rows) > len(memory):
            return machine.FULL_MEMORY
        memory[:top] = self._constants
        memory[top : top + len(rows)] = rows
        off[self._rows], size[self._rows] = top, len(rows)
        top += len(rows)
        for code, calls in self._stretches:
            if len(code):
                top = machine.run(code, off, size, memory, floats, top, self._address, self._length, self._extra, out)
                if top < 0:
                    return top
            for call in calls:
                top = self._call(call, top)
                if top < 0:
                    return top
        return top

    def _call(self, call: Call, top: int) -> int:
        memory, off, size = self._memory, self._off, self._size
        given: list[Any] = []
        for argument in call.arguments:
            if argument[0] == "value":
                start, number = off[argument[1]], size[argument[1]]
                values = memory[start : start + number]
                kind = argument[2]
                values = values.view(np.float64) if kind.kind == "f" else values.astype(kind)
                given.append(values[0] if argument[3] else values)
            else:
                given.append(self._arrays[argument[1]] if argument[0] == "leaf" else argument[1])
        found = call.function(*given)
        for reg, floats, part in zip(
            call.makes, call.floats, found if isinstance(found, tuple) else (found,), strict=True
        ):
            if top + len(part) > len(memory):
                return machine.FULL_MEMORY
            target = memory[top : top + len(part)]
            if floats:
                target.view(np.float64)[:] = part
            else:
                target[:] = part
            off[reg], size[reg] = top, len(part)
            top += len(part)
        return top


def double(made: Callable[..., Any]) -> Callable[..., Any]:
    """The double of a maker. Raises CannotRecordError for one made inside another function."""
    found: Callable[..., Any] = _twins.double(made)
    return found


def _first_view(
    ledger: Ledger, recorder: Recorder, reg: int, rows: NDArray[np.int64], part_of: str | None
) -> RecordingView | RecordingPart:
    """The view recorded features are asked for: disbursements, each as of its submission; or rows of a table."""
    from features.recorded._ledger import RecordingLedger

    recorded = RecordingLedger(ledger, recorder, _twins.class_of, _twins.original)
    if part_of is not None:
        return RecordingPart(recorded, part_of, Traced(recorder, reg, rows))
    view: RecordingView = RecordingView.before_payment(recorded, Traced(recorder, reg, rows))
    return view


_NO_RESULTS = np.empty((0, 0))


def _several(found: Any) -> list[Any]:
    """Pairs of one table, or of several."""
    return list(found) if isinstance(found, Iterable) and not hasattr(found, "query") else [found]


def _by_query(pairs: Any) -> tuple[str, int, int]:
    """Table, and the numbers of the values query and row, by query."""
    order = words.argsort(pairs.query, kind="stable")
    return pairs.table, pairs.query[order].reg, pairs.row[order].reg
