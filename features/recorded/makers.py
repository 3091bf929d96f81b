"""Derived columns of payments that arrive, by recorded programs: all makers at once in place of one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.asof.grows import ByRow
from features.asof.live import LiveLedger
from features.asof.live_table import PAYMENTS, LiveTable
from features.recorded._indexes import ALONG
from features.recorded._recorder import CannotRecordError
from features.recorded.program import Program, double

SAMPLE = 64
"""Payments on which makers are recorded, and compared with what numpy says of them."""

Int64 = NDArray[np.int64]


class RecordedMakers:
    """Programs for the derived columns of payments that are by row and touch no row before.

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
        names = [name for name in table.made if self._may_be(table, name)]
        works: dict[str, Callable[[Any], Any]] = {}
        reads: dict[str, set[str]] = {}
        for name in names:
            try:
                works[name] = double(table.made[name].make)
            except CannotRecordError as reason:
                self.left[name] = str(reason)
        tried = Program(ledger, sample, [_noting(work, name, reads) for name, work in works.items()], part_of=PAYMENTS)
        for k, why in tried.left.items():
            self.left[list(works)[k]] = why
        found = tried.run(sample)
        for k, name in enumerate(works):
            if any(read.startswith(ALONG) for read in reads.get(name, ())):
                self.left[name] = "reads what lies along with an index, which follows later"
            values = table.made[name].values.values[sample]
            if name not in self.left and (found is None or not np.array_equal(found[k], values, equal_nan=True)):
                self.left[name] = "not the same as numpy's on the sample"
        self.levels: list[tuple[Program, tuple[str, ...]]] = []
        for level in _levels({name: reads.get(name, set()) for name in works if name not in self.left}, self.left):
            program = Program(ledger, sample, [works[name] for name in level], part_of=PAYMENTS)
            self.levels.append((program, level))

    def _may_be(self, table: LiveTable, name: str) -> bool:
        """Whether a column's values of rows that arrive are all there is to make."""
        growth = table.made[name].growth
        if not isinstance(growth, ByRow):
            return False
        if growth.also is not None or growth.ahead_us:
            self.left[name] = "touches rows before"
            return False
        return True

    def make(self, table: LiveTable, first: int) -> None:
        """Make the columns for the payments from `first` on; what a program stops at is left to numpy."""
        rows = np.arange(first, table.rows, dtype=np.int64)
        for program, names in self.levels:
            if not program.holds():
                continue
            try:
                program.refresh(follow=False)
            except CannotRecordError:
                continue
            found = program.run(rows)
            if found is not None:
                for k, name in enumerate(names):
                    table.put_in(name, first, found[k])


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


def _levels(reads: dict[str, set[str]], left: Iterable[str]) -> list[tuple[str, ...]]:
    """Names in an order in which each comes after those it reads; what reads one that numpy makes comes as early, for
    numpy makes it when it is asked for."""
    levels: list[tuple[str, ...]] = []
    done = set(left)
    open_ = dict(reads)
    while open_:
        level = tuple(name for name, wanted in open_.items() if not (wanted & open_.keys()) - {name})
        if not level:
            level = tuple(open_)
        levels.append(level)
        done.update(level)
        for name in level:
            del open_[name]
    return levels
