"""One table of a live ledger: what is derived from its rows follows those that arrive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof.follow import Follow, Makers
from features.asof.group_index import GroupIndex
from features.asof.growing import Growing
from features.asof.growing_table import GrowingTable
from features.asof.grows import ByCode, ByRow, growth_of
from features.asof.journal import Journal
from features.asof.ledger_table import ALWAYS, NEVER, LedgerTable
from features.asof.live_index import LiveIndex
from features.asof.part import Part
from features.contract._schema import Table

if TYPE_CHECKING:
    from features.asof.live import LiveLedger

T = TypeVar("T")
NO_ROWS = np.empty(0, np.int64)
PAYMENTS = "disbursements"
"""The table whose rows come one by one."""
AMENDED = 512
"""More rows than this with other values, and what was made from the column is made again."""

Make = Callable[[LedgerTable], NDArray[Any]]


@dataclass(slots=True)
class Made:
    """A derived column as of a version of the ledger: its maker, values, what it read, how many rows of the table it
    knows, and the journal of rows whose values changed afterwards."""

    make: Make
    values: Growing
    reads: frozenset[str]
    version: int
    rows: int
    growth: ByRow | ByCode | None
    changes: Journal = field(default_factory=Journal)
    others: frozenset[str] | None = None
    busy: bool = False


class LiveTable(GrowingTable):
    """A table as it was opened and the rows that arrived since, with what is derived from them."""

    def __init__(self, ledger: LiveLedger, schema: Table, source: Path | pa.Table) -> None:
        super().__init__(ledger, schema, source)
        self._live: dict[tuple[str, ...], LiveIndex] = {}
        self._made: dict[str, Made] = {}
        self._grown_types: dict[str, Growing] = {}
        self._follower = Follow(self)
        self.makers: Makers | None = None

    def values_of(self, name: str) -> NDArray[Any]:
        """A column, declared or derived before, up to date."""
        return self._any(name)

    def _any(self, name: str) -> NDArray[Any]:
        if self.schema_has(name):
            return self.column(name)
        if name not in self._made:
            return super()._any(name)
        return self._fresh(name)

    def _as(self, name: str, kind: np.dtype[Any]) -> NDArray[Any]:
        values = self._any(name)
        if values.dtype == kind:
            return values
        key = f"{name} as {kind}"
        typed = self._grown_types.get(key)
        if typed is None:
            typed = self._grown_types[key] = Growing(values.astype(kind))
            self.ledger.shape += 1
        elif len(typed) < len(values):
            typed.add(values[len(typed) :])
        return typed.values

    def grown(self, name: str, kind: np.dtype[Any]) -> Growing:
        """The array that holds a column, declared or derived before, as a type."""
        self._as(name, kind)
        made = self._grown.get(name) if self.schema_has(name) else self._made[name].values
        return made if made is not None and made.values.dtype == kind else self._grown_types[f"{name} as {kind}"]

    def held(self, part: str, *names: Any) -> Growing | bool | None:
        """What holds when rows became known ("known") and were replaced ("replaced"; "gone": True while none was), the
        order of rows ("ranks"; "rank": True while that is their number), a column as it was handed over ("column",
        name), in a type ("as", name, type) or derived ("derived", name); None before any row arrived."""
        if self._known is None:
            return None
        if part == "gone" and not self.has_versions:
            return True
        if part in ("rank", "ranks"):
            return self._rank or (part == "rank" or self._numbers)
        if part == "as":
            return self.grown(*names)
        if part == "derived":
            return self._made[names[0]].values if names[0] in self._made else None
        if part in ("gone", "replaced"):
            return self._gone
        return self._known if part == "known" else self._grown.get(names[0])

    @property
    def made(self) -> dict[str, Made]:
        """Every derived column by name."""
        return self._made

    def put_in(
        self, name: str, first: int, values: NDArray[Any], older: NDArray[np.int64] = NO_ROWS, touched: Any = None
    ) -> None:
        """Values of a derived column for the rows from `first` on, which are all it does not know yet, and for `older`
        rows that these touch."""
        made, version = self._made[name], self.ledger.version
        if made.version == version or made.rows != first:
            return
        if len(older):
            self._amend(name, made, values, first, older, touched)
        else:
            made.values.resize(self.rows)
            made.values.own()[first:] = values
        made.version, made.rows = version, self.rows

    def derived(self, name: str, make: Make) -> NDArray[Any]:
        """A column computed from the row itself and what was known by then, kept under `name`; shape (rows,)."""
        if name not in self._made:
            values, read = self._make(name, make)
            self._made[name] = Made(make, Growing(values), read, self.ledger.version, self.rows, growth_of(make))
            self.ledger.shape += 1
        return self._fresh(name)

    def _make(self, name: str, make: Make) -> tuple[NDArray[Any], frozenset[str]]:
        if not self.ledger.version:
            values, read = super()._make(name, make)
            return values, self.ledger.spell_out(read)
        with self.ledger.reads.noting() as noted:
            values = np.asarray(make(self))
        return values, frozenset(noted)

    def _fresh(self, name: str) -> NDArray[Any]:
        made, ledger = self._made[name], self.ledger
        if ledger.reads.listening:
            ledger.reads.note(f"{self.name}.{name}")
        if made.version != ledger.version:
            if made.busy:
                raise RuntimeError(f"{self.name}: making {name!r} asks for {name!r} itself")
            made.busy = True
            try:
                self._refresh(name, made)
                made.version, made.rows = ledger.version, self.rows
            finally:
                made.busy = False
        return made.values.values

    def changes_of(self, name: str) -> Journal | None:
        """The journal of a derived column, brought up to date; None for one that was never made."""
        if name not in self._made:
            return None
        self._fresh(name)
        return self._made[name].changes

    def _refresh(self, name: str, made: Made) -> None:
        growth = made.growth
        if isinstance(growth, ByRow):
            if self.name != PAYMENTS and not growth.ahead_us and self.ledger.loud <= made.version:
                return  # Quiet payments touch no other table's rows.
            self._again_by_row(name, made, growth)
        elif isinstance(growth, ByCode):
            self._again_by_code(name, made, growth)
        elif self.ledger.changed_since(made.reads | {self.name}, made.version, spaces=True):
            self._again(name, made)

    def _first_touched(self, made: Made, growth: ByRow) -> int:
        """Number of the first row whose value may have changed since it was made, or is not there yet."""
        moment = NEVER
        for name in made.reads:
            known = self.ledger.known_since(name, made.version)
            if known < moment:
                moment = known
        if moment == NEVER:
            return made.rows
        if moment != ALWAYS:
            moment -= growth.ahead_us
        first: int = np.searchsorted(self.known_at, moment, side="left").item()
        return min(made.rows, first)

    def _again_by_row(self, name: str, made: Made, growth: ByRow) -> None:
        first, before = self._first_touched(made, growth), made.rows
        if first == self.rows:
            return
        if first == 0 and before:
            self._again(name, made)
            return
        rows = NO_ROWS
        reads = self.ledger.reads
        reads.begin()
        try:
            tail = made.make(Part(self, first))
            if growth.also is not None and before < self.rows:
                rows = np.unique(growth.also(Part(self, before)))
                rows = rows[(rows >= 0) & (rows < first)]
            touched = made.make(Part(self, rows)) if len(rows) else tail
        finally:
            read = reads.end()
        if not read <= made.reads:
            made.reads |= read
        if len(rows) == 0 and first == before:
            made.values.resize(self.rows)
            made.values.own()[first:] = tail
            return
        self._amend(name, made, tail, first, rows, touched)

    def _amend(
        self, name: str, made: Made, tail: NDArray[Any], first: int, older: NDArray[np.int64], touched: NDArray[Any]
    ) -> None:
        """Put in values of rows from `first` on and of `older` ones; who was told the old values is told the new."""
        rows = np.concatenate([older, np.arange(first, made.rows)])
        old = made.values.values[rows]
        made.values.resize(self.rows)
        values = made.values.own()
        values[first:] = tail
        values[older] = touched[: len(older)]
        changed = rows[differing(old, values[rows])]
        if len(changed):
            self._follow(name, made, changed if len(changed) <= AMENDED else None)
            made.changes.add(self.ledger.version, int(self.known_at[changed.min()]))

    def _again_by_code(self, name: str, made: Made, growth: ByCode) -> None:
        if made.others is None:  # Columns by code of this table that it is made from take the same rows.
            by_code = {f"{self.name}.{n}" for n, m in self._made.items() if isinstance(m.growth, ByCode)}
            made.others = made.reads - by_code - {self.name}
        if made.others and self.ledger.changed_since(made.others, made.version):
            self._again(name, made)
            return
        size = len(self.ledger.vocabulary(growth.entity)) + 1
        before = len(made.values)
        if size == before and made.rows == self.rows:
            return
        null = made.values.values[-1]
        made.values.resize(size)
        values = made.values.own()
        values[before - 1 :] = null
        growth.update(self, Part(self, made.rows), values, before - 1)
        made.changes.add(self.ledger.version, int(self.known_at[made.rows]) if made.rows < self.rows else NEVER)

    def _again(self, name: str, made: Made) -> None:
        """Make a column again as a whole: right, and slow."""
        values, made.reads = self._make(name, made.make)
        made.others = None
        made.values = Growing(values)
        self.ledger.shape += 1
        self.ledger.made_again(f"{self.name}.{name}")
        self._follow(name, made, None)
        made.changes.add(self.ledger.version, ALWAYS)

    def _follow(self, name: str, made: Made, changed: NDArray[np.int64] | None) -> None:
        """Values of old rows changed (None: of many): what was made from them follows, or is forgotten."""
        for columns in [c for c in self._live if name in c]:
            if changed is None:
                del self._live[columns]
                self.ledger.shape += 1
                self.ledger.made_again(f"{self.name} by {', '.join(columns)}")
            else:
                self._live[columns].rekey(changed)
        for key in [k for k in self._grown_types if k.startswith(f"{name} as ")]:
            del self._grown_types[key]
            self.ledger.shape += 1
        for index in self._live.values():
            index.amend(name, changed, made.values.values)

    def shared(self, key: str, make: Callable[[], T]) -> T:
        """What several derived columns are made from: for rows that arrived it is made each time."""
        return make() if self.ledger.version else super().shared(key, make)

    def catch_up(self) -> None:
        """Bring everything that was made so far up to date with what arrived."""
        self.ranks  # noqa: B018 - follows when it is asked for
        if self.name == PAYMENTS and self._follower.run():
            return
        for name in list(self._made):
            self._fresh(name)
        for columns in list(self._live):
            self.index(columns)
        for index in list(self._live.values()):
            index.catch_up_along()
        if self.name == PAYMENTS:
            self._follower.caught_up()

    def make_room(self) -> None:
        """Have every array where rows can be put behind the last."""
        self.open()
        self._start()
        self.catch_up()
        made = [one.values for one in self._made.values()]
        for grown in [*self._grown.values(), *self._grown_types.values(), *made]:
            grown.own()
        for index in self._live.values():
            index.make_room()
        if self.name == PAYMENTS:
            self._follower.caught_up()
            self._follower.compile()

    def index(self, columns: tuple[str, ...]) -> GroupIndex:
        """Rows grouped by one or several code columns, in order of knowledge inside each group."""
        found = self._live.get(columns)
        if self.ledger.reads.listening:
            self._note_index(columns)
        if found is None:
            for column in columns:
                if column in self._made:
                    self._fresh(column)
            found = self._live[columns] = LiveIndex(self, columns, self._keep_index(columns))
            self.ledger.shape += 1
        if found.version != self.ledger.version:
            for column in found.derived:
                self._fresh(column)
            found.catch_up()
            found.version = self.ledger.version
        return found

    @property
    def nbytes(self) -> int:
        """Bytes held in memory for this table, beside what is mapped from disk."""
        derived = [*self._grown_types.values(), *(made.values for made in self._made.values())]
        indexes = sum(index.nbytes for index in self._live.values())
        return super().nbytes + sum(grown.nbytes for grown in derived) + indexes


def differing(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.bool_]:
    """Where two arrays hold different values, NaN equal to NaN; rows of several values differ where one does."""
    unlike = one != other
    if one.dtype.kind == "f":
        unlike &= ~(np.isnan(one) & np.isnan(other))
    found: NDArray[np.bool_] = unlike.any(axis=1) if unlike.ndim > 1 else unlike
    return found
