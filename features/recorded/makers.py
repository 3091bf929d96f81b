"""Derived columns of payments that arrive, by recorded programs: all makers at once in place of one after another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.asof.grows import ByRow
from features.asof.live import LiveLedger
from features.asof.live_table import PAYMENTS, LiveTable
from features.recorded._indexes import ALONG
from features.recorded._recorder import CannotRecordError
from features.recorded.program import Program, double

ALSO = "also "
SAMPLE = 64
"""Payments on which makers are recorded, and compared with what numpy says of them."""

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]


class RecordedMakers:
    """Programs for the derived columns of payments that are by row.

    A column that reads another as a whole is made after that one has its values: `levels` are programs with the names
    of the columns they give. `left` says what numpy makes, and why.
    """

    def __init__(self, ledger: LiveLedger) -> None:
        """Recorded on the ledger's last payments; raises ValueError where there are none."""
        self.left: dict[str, str] = {}
        self._ledger = ledger
        table = ledger.table(PAYMENTS)
        if table is None or not table.rows:
            raise ValueError("makers are recorded on payments, and this ledger has none")
        sample = np.arange(max(0, table.rows - SAMPLE), table.rows, dtype=np.int64)
        works = self._works(table)
        reads: dict[str, set[str]] = {}
        tried = Program(ledger, sample, [_noting(work, name, reads) for name, work in works.items()], part_of=PAYMENTS)
        for k, why in tried.left.items():
            self.left[list(works)[k]] = why
        found = tried.run(sample)
        for k, name in enumerate(works):
            if any(read.startswith(ALONG) for read in reads.get(name, ())):
                self.left[name] = "reads what lies along with an index, which follows later"
            if name in self.left or name not in table.made:
                continue
            values = table.made[name].values.values[sample]
            if found is None or not np.array_equal(found[k], values, equal_nan=True):
                self.left[name] = "not the same as numpy's on the sample"
        for name in list(self.left):
            self.left.setdefault(name.removeprefix(ALSO), f"{name} is left")
        kept = {name: reads[name] for name in works if not self.left.keys() & {name, name.removeprefix(ALSO)}}
        self.levels: list[tuple[Program, tuple[str, ...]]] = []
        for level in _levels(kept):
            program = Program(ledger, sample, [works[name] for name in level], part_of=PAYMENTS)
            self.levels.append((program, level))
        self._touching = {
            name: Program(ledger, sample, [works[name]], part_of=PAYMENTS) for name in kept if ALSO + name in kept
        }

    def _works(self, table: LiveTable) -> dict[str, Callable[[Any], Any]]:
        """The doubles of makers, and under `ALSO` and the name those that say which rows before are touched."""
        works: dict[str, Callable[[Any], Any]] = {}
        for name, made in table.made.items():
            growth = made.growth
            if not isinstance(growth, ByRow) or growth.alone is not None:
                continue
            if growth.ahead_us:
                self.left[name] = "touches rows before"
                continue
            try:
                if growth.also is not None:
                    works[ALSO + name] = double(growth.also)
                works[name] = double(made.make)
            except CannotRecordError as reason:
                self.left[name] = str(reason)
        return works

    def make(self, table: LiveTable, first: int) -> None:
        """Make the columns for the payments from `first` on; what a program stops at is left to numpy."""
        rows = np.arange(first, table.rows, dtype=np.int64)
        for program, names in self.levels:
            found = _run(program, rows)
            if found is None:
                continue
            for k, name in enumerate(names):
                if name in self._touching:
                    self._touch(table, name, first, found[k], found[names.index(ALSO + name)])
                elif not name.startswith(ALSO):
                    table.put_in(name, first, found[k])

    def _touch(self, table: LiveTable, name: str, first: int, values: Float, also: Float) -> None:
        """A column that touches rows before those that arrived."""
        older = np.array(sorted({int(row) for row in also.tolist() if 0 <= row < first}), np.int64)
        if not len(older):
            table.put_in(name, first, values)
            return
        touched = _run(self._touching[name], older)
        if touched is not None:
            table.put_in(name, first, values, older, touched[0])


def _run(program: Program, rows: Int64) -> NDArray[np.float64] | None:
    """What a program gives for rows as the ledger is now; None where numpy must be asked."""
    if not program.holds():
        return None
    try:
        program.refresh(follow=False)
    except CannotRecordError:
        return None
    return program.run(rows)


def _noting(work: Callable[[Any], Any], name: str, reads: dict[str, set[str]]) -> Callable[[Any], Any]:
    """The work, noting which columns it asks for as a whole, inside columns it is recorded with too."""

    def noted(part: Any) -> Any:
        whole = part.whole
        before, whole.asked = whole.asked, set()
        part._derived.clear()
        try:
            return work(part)
        finally:
            reads[name] = set(whole.asked)
            whole.asked |= before

    return noted


def _levels(reads: dict[str, set[str]]) -> list[tuple[str, ...]]:
    """Names in an order in which each comes after those it reads, and together with what says which rows it touches."""
    levels: list[tuple[str, ...]] = []
    open_ = dict(reads)
    while open_:
        level = tuple(name for name, wanted in open_.items() if not (wanted & open_.keys()) - {name})
        if not level:
            level = tuple(open_)
        levels.append(level)
        for name in level:
            del open_[name]
    return levels
