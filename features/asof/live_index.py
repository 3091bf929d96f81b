"""A group index that takes rows, with what is kept along with them: totals, previous equals, what was replaced."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.asof import _kernels as kernels
from features.asof import _live_kernels as live
from features.asof.group_index import as_codes
from features.asof.growing import Growing
from features.asof.kept import Kept
from features.asof.live_groups import LiveGroups

T = TypeVar("T")
_extend_totals: Callable[..., None] = live.extend_totals
_extend_previous: Callable[..., None] = live.extend_previous
_extend_along: Callable[..., None] = live.extend_along
_counts_only: Callable[..., bool] = live.counts_only
MOST_COUNTED = 16_777_216.0
"""Whole numbers below this are exact in single precision."""


class LiveIndex(LiveGroups):
    """Groups of a `LiveTable`, and arrays by position in `rows` that follow them."""

    def catch_up_along(self) -> None:
        """Bring what is kept along with the rows up to date."""
        table = self._table
        for of in list(self._totals):
            self.totals(of, partial(table.numbers, of))
        for of in list(self._previous):
            self.previous(of, partial(table.codes, of))
        for of in list(self._along):
            self.along(of, partial(table.values_of, of))

    def _pending(self, seen: int) -> tuple[Any, ...]:
        """What the kernels want to know of the rows that arrived after number `seen`."""
        groups = self._groups.values[seen - self._first :]
        return groups, seen, self.starts, self.ends, self.rows, self._table.rank

    def totals(self, of: str, values: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """Running totals of a column inside each group, by position in `rows`; NaN counts as zero."""
        if of not in self._totals:
            made = self._lay_out(f"totals-{of}", lambda: kernels.running_totals(*self._whole(), values()))
            self._totals[of] = made, self._count
            self._table.ledger.shape += 1
        array, seen = self._totals[of]
        if seen == self._count - 1 and self._total_of_last(array, values()):
            self._totals[of] = array, self._count
        elif seen < self._count:
            pending, column = self._pending(seen), values()
            if array.values.dtype == np.float32 and not _counts_only(*pending, column, array.own()):
                array = Growing(array.values.astype(np.float64))
                self._table.ledger.shape += 1
            if array.values.dtype == np.float64:
                _extend_totals(*pending, column, array.own())
            self._totals[of] = array, self._count
        return array.values

    def _total_of_last(self, array: Growing, values: NDArray[Any]) -> bool:
        """The total of the row that arrived last, where it stands last in its group; false where it does not."""
        group = self._groups.values[-1]
        if group < 0:
            return True
        place, row = self.ends[group] - 1, self._count - 1
        if self.rows[place] != row:
            return False
        totals = array.own()
        total = float(totals[place - 1]) if place > self.starts[group] else 0.0
        value = float(values[row])
        if value == value:
            total += value
        if totals.dtype == np.float32 and not (abs(total) < MOST_COUNTED and total.is_integer()):
            return False
        totals[place] = total
        return True

    def previous(self, of: str, codes: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """By position in `rows` the position of the row before it in its group with the same code, else -1."""
        if of not in self._previous:

            def make() -> NDArray[Any]:
                found = codes()
                offsets, rows = self._whole()
                return kernels.previous_same(offsets, rows, found, int(found.max(initial=-1)) + 1)

            self._previous[of] = self._lay_out(f"previous-{of}", make, positions=True), self._count
            self._table.ledger.shape += 1
        array, seen = self._previous[of]
        if seen < self._count:
            _extend_previous(*self._pending(seen), codes(), array.own())
            self._previous[of] = array, self._count
        return array.values

    def along(self, of: str, values: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """A column laid out as `rows` is."""
        if of not in self._along:
            made = self._lay_out(f"along-{of}", lambda: values()[self._whole()[1]])
            self._along[of] = made, self._count
            self._table.ledger.shape += 1
        array, seen = self._along[of]
        if seen < self._count:
            _extend_along(*self._pending(seen), values(), array.own())
            self._along[of] = array, self._count
        return array.values

    def replaced(self, superseded: Callable[[], NDArray[np.int64]]) -> NDArray[Any]:
        """Positions in `rows`, ascending, of rows that are replaced at some time."""
        log = self._table.replaced_rows
        if self._replaced is None:
            offsets, rows = self._whole()
            self._replaced = self._spread(kernels.replaced_positions(rows, superseded()), offsets), len(log)
        places, seen = self._replaced
        if seen < len(log):
            chosen = np.array(log[seen:], dtype=np.int64)
            groups = self.lookup([self._table.values_of(c)[chosen] for c in self._columns])
            more = self.places(groups, chosen)
            places = np.unique(np.concatenate([places, more[more >= 0]])).astype(np.int32)
            self._replaced = places, len(log)
        return places

    def amend(self, of: str, changed: NDArray[np.int64] | None, values: NDArray[Any]) -> None:
        """Values of a column changed in these rows (None: in many): what was made along with the rows follows."""
        if self._previous.pop(of, None) is not None:
            self._table.ledger.shape += 1
        if changed is None:
            for kept in (self._totals, self._along):
                if kept.pop(of, None) is not None:
                    self._table.ledger.shape += 1
            return
        if of not in self._totals and of not in self._along:
            return
        changed = changed[changed < self._count]
        groups = as_codes(self.lookup([self._table.values_of(c)[changed] for c in self._columns]))
        places = self.places(groups, changed)
        groups, places, changed = groups[places >= 0], places[places >= 0], changed[places >= 0]
        if of in self._along:
            self._along[of][0].own()[places] = values[changed]
        if of in self._totals:
            array, _ = self._totals[of]
            column = np.ascontiguousarray(values, dtype=np.float64)
            if array.values.dtype == np.float64:
                live.total_from(groups, places, self.starts, self.ends, self.rows, column, array.own())
            elif not live.count_from(groups, places, self.starts, self.ends, self.rows, column, array.own()):
                del self._totals[of]
                self._table.ledger.shape += 1

    def held(self, part: str, of: str = "") -> Growing | None:
        """What holds an array of the index, or one that lies along with it."""
        if part in ("starts", "ends", "rows", "keys"):
            found: Growing = getattr(self, f"_{part}")
            return found
        kept = {"totals": self._totals, "previous": self._previous, "along": self._along}[part]
        return kept[of][0] if of in kept else None

    def memoised(self, key: object, make: Callable[[], T]) -> T:
        """Something computed for the index; extended, or made again, once what it read has grown."""
        kept: Kept | None = self.memo.get(key)
        ledger = self._table.ledger
        if kept is None:
            kept = self.memo[key] = Kept(make, ledger)
            kept.make_again(self._table.name)
        elif kept.version != ledger.version:
            if ledger.changed_since(kept.reads, kept.version) and not kept.extend():
                ledger.made_again(f"{self._table.name}: {key}")
                kept.make_again(self._table.name)
            kept.version = ledger.version
        ledger.reads.note_all(kept.reads)
        result: T = kept.value
        return result

    def memo_reads(self, key: object) -> frozenset[str]:
        """What something kept with the index had read."""
        kept: Kept = self.memo[key]
        return kept.reads

    def _whole(self) -> tuple[NDArray[Any], NDArray[Any]]:
        return self.packed()

    def _lay_out(self, name: str, make: Callable[[], NDArray[Any]], *, positions: bool = False) -> Growing:
        """An array made for packed groups, laid out as the groups lie now."""
        if self._is_as_made:
            made = Growing(self._keep(name, make))
            if len(self._rows) > len(made):
                made.resize(len(self._rows))
            return made
        offsets, _ = self._whole()
        packed = make()
        out = Growing(np.zeros(len(self._rows), packed.dtype))
        shift = np.repeat(self.starts - offsets[:-1], np.diff(offsets))
        places = np.arange(len(packed)) + shift
        out.own()[places] = np.where(packed >= 0, packed + shift, -1) if positions else packed
        return out

    def _spread(self, packed_places: NDArray[Any], offsets: NDArray[Any]) -> NDArray[Any]:
        """Places in packed rows as positions where the groups lie now, ascending."""
        group = np.searchsorted(offsets, packed_places, side="right") - 1
        return (
            np.sort(packed_places + self.starts[group] - offsets[group]).astype(np.int32)
            if len(group)
            else (packed_places)
        )

    @property
    def nbytes(self) -> int:
        """Bytes held in memory beside what is mapped from disk."""
        kept = [a for d in (self._totals, self._previous, self._along) for a, _ in d.values()]
        return sum(a.nbytes for a in (self._groups, self._starts, self._ends, self._rows, self._keys, *kept))
