"""A ledger as recorded features see it: every array is a leaf, every number of rows a value of the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger, LedgerTable
from features.asof.group_index import GroupIndex
from features.asof.live_index import LiveIndex
from features.recorded import _words as words
from features.recorded._calls import call
from features.recorded._codes import CODE
from features.recorded._leaves import Leaf
from features.recorded._recorder import CannotRecordError, Recorder
from features.recorded._values import LeafLength, Length, Traced, as_kind, length

Twin = Callable[[Any], Any]


class RecordingLedger:
    """Stands for a ledger. `twin` gives the recorded double of a class, `original` the function a double is of."""

    def __init__(self, real: Ledger, recorder: Recorder, twin: Twin, original: Twin) -> None:
        self.real = real
        self.recorder = recorder
        self.twin = twin
        self.original = original
        self.tables = RecordingTables(self)
        self.utc_offset = real.utc_offset

    def has(self, need: str) -> bool:
        """Whether a table or `table.column` was shared; the program is recorded anew when that changes."""
        return self.recorder.guard(("has", need), lambda: self.real.has(need))

    def vocabulary(self, entity: str) -> RecordingVocabulary:
        """An identifier space."""
        return RecordingVocabulary(self, entity)

    def crossing(self, source: str, target: str) -> Leaf:
        """Codes of one identifier space as codes of another."""
        return Leaf(self.recorder, ("crossing", source, target), lambda: self.real.crossing(source, target))

    @property
    def periods(self) -> tuple[Leaf, Leaf]:
        """First and last local day by period code."""
        first = Leaf(self.recorder, ("periods", 0), lambda: self.real.periods[0])
        return first, Leaf(self.recorder, ("periods", 1), lambda: self.real.periods[1])

    def moment(self, local_days: Traced) -> Any:
        """Local days as microseconds of UTC."""
        return Ledger.moment(self, local_days)  # type: ignore[arg-type]

    def number(self, key: Any, resolve: Callable[[], int | float]) -> Traced:
        """A plain number that depends on the ledger."""

        def one() -> NDArray[Any]:
            value = resolve()
            return np.array([value], dtype=np.int64 if isinstance(value, int | np.integer) else np.float64)

        leaf = self.recorder.leaf(("number", key), one)
        place = self.recorder.constant(0, "i")
        name = "LEAF_F8" if one().dtype.kind == "f" else "LEAF_I8"
        reg = self.recorder.emit(CODE[name], {2: place, 3: leaf}, (place,))[0]
        return Length(self.recorder, reg, one()[0])

    def wrapped(self, value: Any, key: Any, resolve: Callable[[], Any]) -> Any:
        """Something kept with an index, field by field: arrays as leaves, indexes and classes as their doubles."""
        if isinstance(value, np.ndarray):
            return Leaf(self.recorder, key, resolve)
        if isinstance(value, GroupIndex):
            return RecordingIndex(self, key, resolve)
        if isinstance(value, bool | str) or value is None:
            return value
        if isinstance(value, int | float | np.generic):
            return self.number(key, resolve)
        if isinstance(value, tuple):
            parts = [self.wrapped(v, (*key, k), partial(_part, resolve, k)) for k, v in enumerate(value)]
            return self.twin(type(value))(*parts) if hasattr(value, "_fields") else tuple(parts)
        if isinstance(value, dict):
            return {k: self.wrapped(v, (*key, k), partial(_part, resolve, k)) for k, v in value.items()}

        def field(_: Any, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return self.wrapped(getattr(resolve(), name), (*key, name), lambda: getattr(resolve(), name))

        # An object of the double's class without fields of its own: each is looked up, as a leaf, when it is read.
        double = self.twin(type(value))
        return object.__new__(type(double.__name__, (double,), {"__getattr__": field}))


def _part(resolve: Callable[[], Any], key: Any) -> Any:
    return resolve()[key]


class RecordingTables(Mapping[str, "RecordingTable"]):
    """The tables by name."""

    def __init__(self, ledger: RecordingLedger) -> None:
        self._ledger = ledger
        self._made: dict[str, RecordingTable] = {}

    def __getitem__(self, name: str) -> RecordingTable:
        if name not in self:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = RecordingTable(self._ledger, name)
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return self._ledger.has(str(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._ledger.real.tables)

    def __len__(self) -> int:
        return len(self._ledger.real.tables)


class RecordingTable:
    """Stands for a table of the ledger."""

    def __init__(self, ledger: RecordingLedger, name: str) -> None:
        self.ledger = ledger
        self.name = name
        self.schema = self.real.schema
        self._makes: dict[str, Callable[..., Any]] = {}

    @property
    def real(self) -> LedgerTable:
        """The table itself."""
        return self.ledger.real.tables[self.name]

    def _leaf(self, key: tuple[Any, ...], resolve: Callable[[], NDArray[Any]], *, own: bool = True) -> Leaf:
        """`own`: nothing but rows of this table changes it."""
        return Leaf(self.ledger.recorder, (self.name, *key), resolve, self.name if own else None)

    def declares(self, *columns: str) -> bool:
        """Whether all columns are the contract's rather than derived."""
        return all(self.real.schema_has(column) for column in columns)

    @property
    def rows(self) -> LeafLength:
        """Number of rows."""
        return self.known_at.length()

    @property
    def known_at(self) -> Leaf:
        """When each row became known."""
        return self._leaf(("known_at",), lambda: self.real.known_at)

    @property
    def superseded_at(self) -> Leaf:
        """When a later version of each row became known."""
        return self._leaf(("superseded_at",), lambda: self.real.superseded_at)

    @property
    def gone(self) -> Leaf:
        """The same, without rows where no row ever had a second version."""
        nothing = np.empty(0, np.int64)
        return self._leaf(("gone",), lambda: self.real.superseded_at if self.real.has_versions else nothing)

    @property
    def ranks(self) -> Leaf:
        """Order of the rows by moment, then by key."""
        return self._leaf(("ranks",), lambda: self.real.ranks)

    def has(self, column: str) -> bool:
        """Whether the column was handed over."""
        return self.ledger.has(f"{self.name}.{column}")

    def column(self, name: str) -> Leaf:
        """A column as numbers."""
        return self._leaf(("column", name), lambda: self.real.column(name))

    def numbers(self, name: str) -> Leaf:
        """A column as float64."""
        return self._leaf(("numbers", name), lambda: self._made(name).numbers(name), own=self.declares(name))

    def codes(self, name: str) -> Leaf:
        """A column as int32."""
        return self._leaf(("codes", name), lambda: self._made(name).codes(name), own=self.declares(name))

    def derived(self, name: str, make: Callable[..., Any]) -> Leaf:
        """A derived column."""
        real_make = self.ledger.original(make)
        self._makes[name] = real_make
        return self._leaf(("derived", name), lambda: self.real.derived(name, real_make), own=False)

    def _made(self, *names: str) -> LedgerTable:
        """The table itself, once the derived columns among these are made."""
        for name in names:
            if name in self._makes:
                self.real.derived(name, self._makes[name])
        return self.real

    def index(self, columns: tuple[str, ...]) -> RecordingIndex:
        """Rows grouped by columns."""
        own = self if self.declares(*columns) else None
        resolve = self.ledger.recorder.asked_once(
            (self.name, "index", columns), lambda: self._made(*columns).index(columns)
        )
        return RecordingIndex(self.ledger, (self.name, "index", columns), resolve, own)

    def rank_of(self, rows: Any) -> Any:
        """Ranks of some rows among those of one moment."""
        rank = self._leaf(("rank",), lambda: getattr(self.real, "rank", _NO_RANK))
        return call(_ranked, rank, words.asarray(rows, np.int64))

    def arrow(self, column: str) -> Any:
        """The column as stored."""
        return self.real.arrow(column)


_NO_RANK = np.empty(0, np.int32)


def _ranked(rank: NDArray[np.int32], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """`LedgerTable.rank_of`."""
    return rank[rows].astype(np.int64) if len(rank) else rows


class RecordingVocabulary:
    """Stands for an identifier space."""

    def __init__(self, ledger: RecordingLedger, entity: str) -> None:
        self._ledger = ledger
        self._entity = entity

    def recorded_length(self) -> Traced:
        """Number of identifiers."""
        real = self._ledger.real
        return self._ledger.number(("vocabulary", self._entity), lambda: len(real.vocabulary(self._entity)))


class RecordingIndex:
    """Stands for a group index, of a table or kept with one."""

    def __init__(
        self,
        ledger: RecordingLedger,
        key: tuple[Any, ...],
        resolve: Callable[[], GroupIndex],
        table: RecordingTable | None = None,
    ) -> None:
        self.ledger = ledger
        self.key = key
        self.resolve = resolve
        self.table = table

    def _leaf(self, part: Any, resolve: Callable[[], NDArray[Any]], column: str = "") -> Leaf:
        own = self.table is not None and (not column or self.table.declares(column))
        return Leaf(self.ledger.recorder, (*self.key, part), resolve, self.table.name if self.table and own else None)

    @property
    def starts(self) -> Leaf:
        """Where each group's rows begin."""
        return self._leaf("starts", lambda: self.resolve().starts)

    @property
    def ends(self) -> Leaf:
        """Where each group's rows end."""
        return self._leaf("ends", lambda: self.resolve().ends)

    @property
    def rows(self) -> Leaf:
        """Row numbers by group."""
        return self._leaf("rows", lambda: self.resolve().rows)

    @property
    def size(self) -> LeafLength:
        """Number of groups."""
        found = self.starts.length()
        return LeafLength(found.recorder, found.reg, found.value, lambda: self.resolve().size)

    def firsts(self, groups: Traced) -> Traced:
        """The first row of each query's group, -1 for a group of -1."""
        if not self.size or not self.rows.length():
            return words.full(length(groups), -1, np.int64)  # type: ignore[no-any-return]
        place = words.ufunc(np.maximum, groups, 0)
        found = words.where(groups >= 0, self.rows[self.starts[place]], -1)
        return found.astype(np.int64)  # type: ignore[no-any-return]

    def packed(self) -> tuple[Leaf, Leaf]:
        """Offsets and row numbers without gaps."""
        offsets = self._leaf(("packed", 0), lambda: self.resolve().packed()[0])
        return offsets, self._leaf(("packed", 1), lambda: self.resolve().packed()[1])

    def totals(self, of: str, values: Callable[[], Leaf]) -> Leaf:
        """Running totals of a column inside each group."""
        column = values()
        return self._leaf(("totals", of), lambda: self.resolve().totals(of, column.resolve), of)

    def previous(self, of: str, codes: Callable[[], Leaf]) -> Leaf:
        """Positions of the row before with the same code."""
        column = codes()
        return self._leaf(("previous", of), lambda: self.resolve().previous(of, column.resolve), of)

    def along(self, of: str, values: Callable[[], Leaf]) -> Leaf:
        """A column laid out as `rows` is."""
        column = values()
        return self._leaf(("along", of), lambda: self.resolve().along(of, column.resolve), of)

    def replaced(self, superseded: Leaf) -> Leaf:
        """Positions of rows that are replaced at some time; none where `superseded` is without rows."""

        def resolve() -> NDArray[Any]:
            gone = superseded.resolve()
            return self.resolve().replaced(lambda: gone) if len(gone) else np.empty(0, np.int32)

        return self._leaf("replaced", resolve)

    def memoised(self, key: Any, make: Callable[[], Any]) -> Any:
        """What is kept with the index under a key; it was made before anything is recorded."""

        resolve = self.ledger.recorder.asked_once(
            (*self.key, "memo", key), lambda: self.resolve().memoised(key, lambda: _not_made(key))
        )
        return self.ledger.wrapped(resolve(), (*self.key, "memo", key), resolve)

    def _finer(self, step: int) -> tuple[Leaf, Leaf]:
        starts = self._leaf(("finer starts", step), lambda: self.resolve()._steps[step][0])
        return starts, self._leaf(("finer values", step), lambda: self.resolve()._steps[step][1])

    def lookup(self, keys: Sequence[Any]) -> Traced:
        """Group number of each query key tuple, -1 where there is no such group."""
        recorder = self.ledger.recorder
        regs = [as_kind(k, "i") for k in keys]
        if len(keys) == 1:
            reg = recorder.emit(CODE["GROUP"], {2: regs[0], 3: self.starts.number}, (regs[0],))[0]
        else:
            reg = regs[0]
        for step, column in enumerate(regs[1:]):
            starts, values = self._finer(step)
            places = {2: reg, 3: starts.number, 4: values.number, 5: column}
            reg = recorder.emit(CODE["DESCEND"], places, (reg, column))[0]
        if len(keys) > 1 and isinstance(self.resolve(), LiveIndex):
            reg = self._arrived(reg, tuple(regs))
        return Traced(recorder, reg, self.resolve().lookup([np.asarray(k.value, dtype=np.int64) for k in keys]))

    def _arrived(self, reg: int, keys: tuple[int, ...]) -> int:
        """The same with groups that came into being since the ledger was opened."""
        recorder = self.ledger.recorder
        slots = self._leaf("slots", lambda: self._live()._slots)
        rows = self._leaf("keys", lambda: self._live()._keys.values.reshape(-1))
        base = self.ledger.number((*self.key, "base"), lambda: self._live()._base_size)
        places = {2: reg, 3: slots.number, 4: rows.number, 5: base.reg, 7: len(keys)}
        return recorder.emit(CODE["ARRIVED"], places, (reg, base.reg, *keys), extra=keys, extra_at=6)[0]

    def _live(self) -> LiveIndex:
        found = self.resolve()
        if not isinstance(found, LiveIndex):
            raise CannotRecordError("an index that took rows takes none now")
        return found

    def under(self, first: Any) -> tuple[Traced, Traced]:
        """(query, value) of every value of the second key column that occurs with each code of the first."""
        starts, values = self._finer(0)
        codes = words.asarray(first, np.int64)
        there = (codes >= 0) & (codes < starts.length() - 1)
        place = words.where(there, codes, 0)
        begin = words.where(there, starts[place], 0)
        count = words.where(there, starts[place + 1], 0) - begin
        query = words.repeat(words.arange(length(codes)), count)
        inside = words.arange(length(query)) - words.repeat(words.cumsum(count) - count, count)
        return query, values[words.repeat(begin, count) + inside].astype(np.int64)


def _not_made(key: Any) -> Any:
    raise CannotRecordError(f"{key!r} is not kept with the index now")
