"""A view as recorded features see it: asking the history records the machine's step for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from features.asof import View
from features.asof.ledger import MICROSECONDS_A_DAY
from features.recorded import _words as words
from features.recorded._codes import CODE
from features.recorded._indexes import RecordingIndex
from features.recorded._ledger import RecordingLedger, RecordingTable
from features.recorded._recorder import CannotRecordError, Recorder
from features.recorded._values import Length, Stand, Traced, as_kind, constant, length

Keys = Mapping[str, Any] | str | tuple[str, ...]


class RecordingView:
    """Stands for `features.asof.View`; made with a real ledger it is one."""

    def __new__(cls, ledger: Any, *args: Any, **kwargs: Any) -> Any:
        """A real view of a real ledger."""
        return super().__new__(cls) if isinstance(ledger, RecordingLedger) else View(ledger, *args, **kwargs)

    def __init__(
        self, ledger: RecordingLedger, at: Traced, rows: Traced | None = None, own: Mapping[str, Any] | None = None
    ) -> None:
        self.ledger = ledger
        self.recorder: Recorder = ledger.recorder
        self.rows = rows
        self.at: Traced = words.asarray(at, np.int64)
        self.n: Length = length(self.at)
        self.day_at = (self.at + ledger.utc_offset) / MICROSECONDS_A_DAY
        self._own = dict(own or {})
        self._memo: dict[object, Any] = {}

    @classmethod
    def before_payment(cls, ledger: Any, rows: Any) -> Any:
        """Each disbursement as of its own submission."""
        if not isinstance(ledger, RecordingLedger):
            return View.before_payment(ledger, rows)
        return cls(ledger, ledger.tables["disbursements"].known_at[rows], rows)

    def has(self, need: str) -> bool:
        """Whether a table or `table.column` was shared."""
        return self.ledger.has(need)

    def own(self, column: str) -> Any:
        """A column of the scored disbursements, or a key of this view."""
        if column not in self._own:
            if self.rows is None:
                raise KeyError(f"this view has no column {column!r}; it has {sorted(self._own)}")
            self._own[column] = self.ledger.tables["disbursements"].column(column)[self.rows]
        return self._own[column]

    def period_from(self) -> Any:
        """First local day of the period paid for."""
        return self.ledger.periods[0][self.own("period")]

    def period_to(self) -> Any:
        """Last local day of the period paid for."""
        return self.ledger.periods[1][self.own("period")]

    def memo(self, make: Callable[[Any], Any]) -> Any:
        """The result of `make(view)`, recorded once."""
        owner = getattr(make, "__self__", None)
        if isinstance(getattr(owner, "name", None), str) and hasattr(owner, "compute"):
            return self.feature(owner)
        if make not in self._memo:
            self._memo[make] = make(self)
        return self._memo[make]

    def feature(self, feature: Any) -> Traced:
        """Values of a feature; all NaN where it is off."""
        memo = ("feature", feature.name)
        if memo not in self._memo:
            off = any(not self.has(need) for need in feature.all_needs())
            twin = self.ledger.twin(feature)
            self._memo[memo] = words.full(self.n, np.nan) if off else words.asarray(twin.compute(self), np.float64)
        found: Traced = self._memo[memo]
        return found

    def behind(self, feature: Any) -> Any:
        """The rows a feature's values rest on, as pairs; none where it is off."""
        if feature.rests_on is None or any(not self.has(need) for need in feature.all_needs()):
            return ()
        return self.ledger.twin(feature).rests_on(self)

    def same(self, value: int) -> Traced:
        """One whole number for every query."""
        found: Traced = words.full(self.n, value)
        return found

    def match(self, table: str, keys: Keys, *, days: float | None = None) -> Any:
        """Rows of a table on record for each query whose key columns equal the query's."""
        source, index, _, lo, hi = self._range(table, keys, days)
        rows, gone = index.rows, source.gone
        places = {2: lo.reg, 4: hi.reg, 5: rows.number, 6: gone.number, 7: self.at.reg}
        reads = (lo.reg, hi.reg, self.at.reg)
        query, row = self.recorder.emit(CODE["EXPAND"], places, reads, second=3)
        real = _real_pairs(source, index, lo.value, hi.value, self.at.value)
        pairs = self.ledger.twin("Pairs")
        return pairs(self, table, Traced(self.recorder, query, real[0]), Traced(self.recorder, row, real[1]))

    def latest(self, table: str, keys: Keys) -> Traced:
        """Row number of the latest version on record for each query, -1 where there is none."""
        source, index, groups, _, _ = self._range(table, keys, None)
        return self.newest(source, index, groups)

    def newest(self, source: RecordingTable, index: RecordingIndex, groups: Traced) -> Traced:
        """The same for groups of an index, `features.asof.group_index.latest_row`."""
        lo, hi = narrowed(self.recorder, index, groups, None, self.known_rows(source.name))
        places = {2: lo.reg, 3: hi.reg, 4: index.rows.number, 5: source.gone.number, 6: self.at.reg}
        reg = self.recorder.emit(CODE["NEWEST"], places, (lo.reg, hi.reg, self.at.reg))[0]
        query, row = _real_pairs(source, index, lo.value, hi.value, self.at.value)
        example = np.full(len(lo.value), -1, np.int64)
        example[query] = row
        return Traced(self.recorder, reg, example)

    def at_rows(self, table: str, column: str, rows: Traced) -> Any:
        """A column at row numbers from `latest`; null where the row is -1."""
        values = self.ledger.tables[table].column(column)
        null = np.asarray(-1 if values.dtype.kind == "i" else np.nan, dtype=values.dtype)[()]
        if not self.ledger.tables[table].rows:
            return words.full(length(rows), null, values.dtype)
        return words.where(rows >= 0, values[words.ufunc(np.maximum, rows, 0)], null)

    def lookup(self, table: str, column: str, keys: Keys) -> Any:
        """A column of the latest version on record for each query; null where there is none."""
        return self.at_rows(table, column, self.latest(table, keys))

    def running(self, table: str, keys: Keys, *, days: float | None = None, of: str | None = None) -> Traced:
        """Count of rows (or sum of column `of`) known in the window for each query."""
        source, index, groups, lo, hi = self._range(table, keys, days)
        replaced = index.replaced(source.gone)
        places = {
            2: lo.reg, 3: hi.reg, 4: index.rows.number, 5: source.gone.number, 6: self.at.reg, 7: replaced.number
        }  # fmt: skip
        reads = [lo.reg, hi.reg, self.at.reg]
        if of is None:
            reg = self.recorder.emit(CODE["COUNT_ROWS"], places, reads)[0]
            return Traced(self.recorder, reg, np.zeros(len(lo.value)))
        totals = index.totals(of, lambda: source.numbers(of))
        kind = 1 if totals.dtype == np.float32 else 0
        places |= {8: index.starts.number, 9: groups.reg, 11: source.numbers(of).number}
        extra = (kind, totals.number)
        reg = self.recorder.emit(CODE["TOTAL_ROWS"], places, [*reads, groups.reg], extra=extra, extra_at=10)[0]
        return Traced(self.recorder, reg, np.zeros(len(lo.value)))

    def days_since(self, table: str, keys: Keys) -> Any:
        """Days since the last row became known, NaN where there is none."""
        rows = self.latest(table, keys)
        known = self.ledger.tables[table].known_at
        if not known.length():
            return words.full(self.n, np.nan)
        last = known[words.ufunc(np.maximum, rows, 0)]
        return words.where(rows >= 0, (self.at - last) / MICROSECONDS_A_DAY, np.nan)

    def distinct(self, table: str, keys: Keys, of: str, *, days: float | None = None) -> Traced:
        """Number of different codes of column `of` among rows known in the window."""
        source, index, _, lo, hi = self._range(table, keys, days)
        previous = index.previous(of, lambda: source.codes(of))
        places = {
            2: lo.reg, 3: hi.reg, 4: index.rows.number, 5: source.gone.number, 6: self.at.reg, 7: previous.number,
            8: source.codes(of).number,
        }  # fmt: skip
        reg = self.recorder.emit(CODE["DISTINCT_ROWS"], places, (lo.reg, hi.reg, self.at.reg))[0]
        return Traced(self.recorder, reg, np.zeros(len(lo.value)))

    def unique(self, *columns: str | Traced, names: tuple[str, ...] | None = None) -> Any:
        """The distinct (columns..., moment) of the queries as a view of their own."""
        labels = names or tuple(str(c) for c in columns)
        arrays = [words.asarray(self.own(c) if isinstance(c, str) else c, np.int64) for c in columns]
        memo = ("unique", labels, tuple(a.reg for a in arrays))
        if memo not in self._memo:
            self._memo[memo] = RecordingCells(self, dict(zip(labels, arrays, strict=True)))
        return self._memo[memo]

    def crossing(self, codes: Any, source: str, target: str) -> Any:
        """Codes of one identifier space as codes of another (-1: not there)."""
        table = self.ledger.crossing(source, target)
        if not table.length():
            return words.full(length(codes), -1, np.int32)
        found = table[words.ufunc(np.maximum, words.asarray(codes, np.int64), 0)]
        return words.where(codes >= 0, found, -1).astype(np.int32)

    def known_rows(self, table: str, *, days: float = 0.0) -> Traced:
        """Number of rows of a table known at (or that many days before) each moment."""
        known = self.ledger.tables[table].known_at
        moments = self.at - int(days * MICROSECONDS_A_DAY) if days else self.at
        reg = self.recorder.emit(CODE["KNOWN"], {2: moments.reg, 3: known.number}, (moments.reg,))[0]
        example = np.searchsorted(known.resolve(), moments.value, side="right").astype(np.int32)
        return Traced(self.recorder, reg, example)

    def _range(
        self, table: str, keys: Keys, days: float | None
    ) -> tuple[RecordingTable, RecordingIndex, Traced, Traced, Traced]:
        """Table, index, and for each query its group and the positions [lo, hi) of the rows it may know."""
        if isinstance(keys, Mapping):
            columns, codes = tuple(keys), list(keys.values())
        else:
            columns = (keys,) if isinstance(keys, str) else tuple(keys)
            codes = [self.own(c) for c in columns]
        if any(not isinstance(c, Traced) for c in codes):
            raise CannotRecordError("keys that are no values of the program")
        source = self.ledger.tables[table]
        index = source.index(columns)
        groups = index.lookup(codes)
        until = self.known_rows(table)
        after = self.known_rows(table, days=days) if days is not None else None
        return source, index, groups, *narrowed(self.recorder, index, groups, after, until)


class RecordingCells(RecordingView):
    """A view over the distinct keys of another, and the way back."""

    def __new__(cls, parent: RecordingView, keys: dict[str, Any]) -> Any:
        """Made of a recorded view."""
        return object.__new__(cls)

    def __init__(self, parent: RecordingView, keys: dict[str, Any]) -> None:
        first, self._inverse = numbered([*keys.values(), parent.at])
        super().__init__(parent.ledger, parent.at[first], None, {name: k[first] for name, k in keys.items()})

    def spread(self, values: Any) -> Any:
        """Values by cell given back to each query of the parent view."""
        return values[self._inverse]


def numbered(columns: list[Traced]) -> tuple[Traced, Traced]:
    """`features.asof._cells.number_rows`, recorded."""
    from features.asof._cells import number_rows

    recorder = columns[0].recorder
    regs = tuple(as_kind(c, "i") for c in columns)
    first, inverse = recorder.emit(CODE["CELLS"], {5: len(regs)}, regs, second=3, extra=regs, extra_at=4)
    example = number_rows([np.asarray(c.value, np.int64) for c in columns])
    return Traced(recorder, first, example[0]), Traced(recorder, inverse, example[1])


def narrowed(
    recorder: Recorder, index: Any, groups: Traced, after: Traced | None, until: Traced
) -> tuple[Traced, Traced]:
    """`features.asof._kernels.narrow`, recorded; `index` has the leaves `starts`, `ends` and `rows`."""
    from features.asof import _kernels as kernels

    leaves = (index.starts, index.ends, index.rows)
    places = {
        2: groups.reg, 4: leaves[0].number, 5: leaves[2].number, 6: -1 if after is None else after.reg, 7: until.reg,
        8: leaves[1].number,
    }  # fmt: skip
    reads = [groups.reg, until.reg, *([] if after is None else [after.reg])]
    lo, hi = recorder.emit(CODE["NARROW"], places, reads, second=3)
    bound = np.zeros(len(until.value), np.int32) if after is None else after.value.astype(np.int32)
    starts, ends, rows = (leaf.resolve() for leaf in leaves)
    known = until.value.astype(np.int32)
    example = kernels.narrow(starts, ends, rows, groups.value.astype(np.int32), bound, known)
    return Traced(recorder, lo, example[0]), Traced(recorder, hi, example[1])


def reduced(
    name: str, query: Traced, values: Any, n: Traced, example: Any, *, by: Any = None, last: bool = True, q: float = 0.0
) -> Traced:
    """A reduction of pairs to queries, recorded."""
    recorder = query.recorder
    zero = constant(recorder, 0.0, "f")
    what, alone = _float(recorder, values, zero)
    order, order_alone = _float(recorder, by, zero)
    share = constant(recorder, q, "f")
    places = {
        2: query.reg, 3: n.reg, 4: what, 5: 0 if alone else 1, 6: order, 7: 0 if order_alone else 1, 8: int(last),
        9: share,
    }  # fmt: skip
    reg = recorder.emit(CODE[name], places, (query.reg, n.reg, what, order, share))[0]
    return Traced(recorder, reg, example)


def _float(recorder: Recorder, values: Any, zero: int) -> tuple[int, bool]:
    if values is None:
        return zero, True
    if isinstance(values, Traced):
        return as_kind(values, "f"), values.single
    if isinstance(values, Stand):
        raise CannotRecordError("a reduction of all of a ledger's array")
    return constant(recorder, values, "f"), True


def _real_pairs(source: RecordingTable, index: RecordingIndex, lo: Any, hi: Any, at: Any) -> tuple[Any, Any]:
    from features.asof import _kernels as kernels

    real, table = index.resolve(), source.real
    return kernels.expand(lo, hi, real.rows, table.superseded_at, at)
