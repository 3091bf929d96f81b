"""A ledger as recorded features see it: every array is a leaf, every number of rows a value of the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger, LedgerTable
from features.asof.group_index import GroupIndex
from features.recorded import _words as words
from features.recorded._calls import call
from features.recorded._codes import CODE
from features.recorded._homes import Home, grown_of, home_of, spaces
from features.recorded._indexes import RecordingIndex, RecordingVocabulary
from features.recorded._leaves import Leaf
from features.recorded._recorder import Recorder
from features.recorded._values import LeafLength, Length, Traced

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
        key, home = ("crossing", source, target), spaces(source, target)
        return Leaf(self.recorder, key, lambda: self.real.crossing(source, target), None, home)

    @property
    def periods(self) -> tuple[Leaf, Leaf]:
        """First and last local day by period code."""
        home = spaces("period")
        first = Leaf(self.recorder, ("periods", 0), lambda: self.real.periods[0], None, home)
        return first, Leaf(self.recorder, ("periods", 1), lambda: self.real.periods[1], None, home)

    def moment(self, local_days: Traced) -> Any:
        """Local days as microseconds of UTC."""
        return Ledger.moment(self, local_days)  # type: ignore[arg-type]

    def number(
        self, key: Any, resolve: Callable[[], int | float], home: Home | None = None, *, fixed: bool = False
    ) -> Traced:
        """A plain number that depends on the ledger; `fixed`: not before its shape changes."""

        def one() -> NDArray[Any]:
            value = resolve()
            return np.array([value], dtype=np.int64 if isinstance(value, int | np.integer) else np.float64)

        leaf = self.recorder.leaf(("number", key), one, None, home, _fixed if fixed else None)
        place = self.recorder.constant(0, "i")
        name = "LEAF_F8" if one().dtype.kind == "f" else "LEAF_I8"
        reg = self.recorder.emit(CODE[name], {2: place, 3: leaf}, (place,))[0]
        return Length(self.recorder, reg, one()[0])

    def wrapped(self, value: Any, key: Any, resolve: Callable[[], Any], home: Home | None = None) -> Any:
        """Something kept with an index, field by field: arrays as leaves, indexes and classes as their doubles."""
        if isinstance(value, np.ndarray):
            return Leaf(self.recorder, key, resolve, None, home)
        if isinstance(value, GroupIndex):
            return RecordingIndex(self, key, resolve, None, home)
        if isinstance(value, bool | str) or value is None:
            return value
        if isinstance(value, int | float | np.generic):
            return self.number(key, resolve, home)
        if isinstance(value, tuple):
            parts = [self.wrapped(v, (*key, k), partial(_part, resolve, k), home) for k, v in enumerate(value)]
            return self.twin(type(value))(*parts) if hasattr(value, "_fields") else tuple(parts)
        if isinstance(value, dict):
            return {k: self.wrapped(v, (*key, k), partial(_part, resolve, k), home) for k, v in value.items()}

        def field(_: Any, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return self.wrapped(getattr(resolve(), name), (*key, name), lambda: getattr(resolve(), name), home)

        # An object of the double's class without fields of its own: each is looked up, as a leaf, when it is read.
        double = self.twin(type(value))
        return object.__new__(type(double.__name__, (double,), {"__getattr__": field}))


def _fixed() -> bool:
    return True


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
        self.asked: set[str] = set()
        """Derived columns that were asked for as a whole."""

    @property
    def real(self) -> LedgerTable:
        """The table itself."""
        return self.ledger.real.tables[self.name]

    def _leaf(self, key: tuple[Any, ...], resolve: Callable[[], NDArray[Any]], *held: Any, of: str = "") -> Leaf:
        """`held` says what holds the array (`grown_of`), `of` which column it is made from."""
        own = not of or self.declares(of)
        grown = partial(grown_of, self.real, *held) if held else None
        home = home_of(self.real, *([of] if of else []))
        return Leaf(self.ledger.recorder, (self.name, *key), resolve, self.name if own else None, home, grown)

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
        return self._leaf(("known_at",), lambda: self.real.known_at, "known")

    @property
    def superseded_at(self) -> Leaf:
        """When a later version of each row became known."""
        return self._leaf(("superseded_at",), lambda: self.real.superseded_at, "replaced")

    @property
    def gone(self) -> Leaf:
        """The same, without rows where no row ever had a second version."""
        nothing = np.empty(0, np.int64)
        resolve = lambda: self.real.superseded_at if self.real.has_versions else nothing  # noqa: E731
        return self._leaf(("gone",), resolve, "gone")

    @property
    def ranks(self) -> Leaf:
        """Order of the rows by moment, then by key."""
        return self._leaf(("ranks",), lambda: self.real.ranks, "ranks")

    def has(self, column: str) -> bool:
        """Whether the column was handed over."""
        return self.ledger.has(f"{self.name}.{column}")

    def column(self, name: str) -> Leaf:
        """A column as numbers."""
        return self._leaf(("column", name), lambda: self.real.column(name), "column", name)

    def numbers(self, name: str) -> Leaf:
        """A column as float64."""
        return self._leaf(("numbers", name), lambda: self._made(name).numbers(name), "as", name, _FLOAT, of=name)

    def codes(self, name: str) -> Leaf:
        """A column as int32."""
        return self._leaf(("codes", name), lambda: self._made(name).codes(name), "as", name, _CODE, of=name)

    def derived(self, name: str, make: Callable[..., Any]) -> Leaf:
        """A derived column."""
        real_make = self.ledger.original(make)
        self.asked.add(name)
        self.real.derived(name, real_make)
        self._makes[name] = real_make
        return self._leaf(("derived", name), lambda: self.real.derived(name, real_make), "derived", name, of=name)

    def _made(self, *names: str) -> LedgerTable:
        """The table itself, once the derived columns among these are made."""
        self.asked |= {name for name in names if not self.real.schema_has(name)}
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
        home = home_of(self.real, *columns)
        return RecordingIndex(self.ledger, (self.name, "index", columns), resolve, own, home)

    @property
    def rank(self) -> Leaf:
        """Ranks of rows, empty where they are their numbers."""
        return self._leaf(("rank",), lambda: getattr(self.real, "rank", _NO_RANK), "rank")

    def rank_of(self, rows: Any) -> Any:
        """Ranks of some rows among those of one moment."""
        return call(_ranked, self.rank, words.asarray(rows, np.int64))

    def arrow(self, column: str) -> Any:
        """The column as stored."""
        return self.real.arrow(column)


_NO_RANK = np.empty(0, np.int32)
_FLOAT, _CODE = np.dtype(np.float64), np.dtype(np.int32)


def _ranked(rank: NDArray[np.int32], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """`LedgerTable.rank_of`."""
    return rank[rows].astype(np.int64) if len(rank) else rows
