"""Rows that arrive at a table: which are new, which it has, which contradict it, which came too late to be put last."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof._arrays import FEW
from features.asof._order import moments
from features.asof.ledger_table import ALWAYS

if TYPE_CHECKING:
    from features.asof.live_table import LiveTable

Key = tuple[Any, ...]
NO_NUMBER = -1e18
"""Where a missing number sorts, as in `features.asof._order`."""


@dataclass(slots=True)
class Arrivals:
    """Rows by number in what was handed over: `new` in the order they are put in, `replaces` by place in `new` the row
    of the table (or, from `rows` on, the place among the new) that each is a version of."""

    columns: dict[str, NDArray[Any]]
    known: NDArray[np.int64]
    keys: list[Key]
    new: list[int]
    replaces: dict[int, int]
    repeated: list[int]
    conflicts: list[int]
    late: list[int]


def settle(table: LiveTable, rows: pa.Table) -> Arrivals:
    """Sort out what arrived, as loading all rows at once would. The table is not changed."""
    columns = encode(table, rows)
    known = _known(table, rows)
    keys = keys_of(table, columns, rows.num_rows)
    made = Arrivals(columns, known, keys, [], {}, [], [], [])
    order = sorted(range(rows.num_rows), key=lambda i: (known[i], keys[i]))
    last = int(table.known_at[-1]) if table.rows else None
    seen: dict[int, list[int]] = {}
    locator = _locator(table)
    place = np.asarray(columns[locator]).tolist() if locator else [0] * rows.num_rows
    groups = table.index((locator,)) if locator and table.rows else None
    for i in order:
        found = _standing(table, made, groups, seen, place[i], i)
        if found == REPEATED:
            made.repeated.append(i)
        elif last is not None and known[i] < last:
            made.late.append(i)
        elif found == CONFLICT:
            made.conflicts.append(i)
        else:
            if found >= 0:
                made.replaces[len(made.new)] = found
            seen.setdefault(place[i], []).append(len(made.new))
            made.new.append(i)
    return made


REPEATED, CONFLICT, NOTHING = -1, -2, -3


def _standing(table: LiveTable, made: Arrivals, groups: Any, seen: dict[int, list[int]], place: int, i: int) -> int:
    """What stands of row i: REPEATED, CONFLICT, NOTHING, or the row (see `Arrivals.replaces`) it is a version of."""
    schema = table.schema
    own: list[int] = []
    if groups is not None and 0 <= place < groups.size:
        own = groups.rows[groups.starts[place] : groups.ends[place]].tolist()
    own += [table.rows + k for k in seen.get(place, ())]
    if not own:
        return NOTHING
    alike = [r for r in own if all(_cell(table, made, r, name) == _own(made, i, name) for name in schema.key)]
    for r in alike:
        if _moment(table, made, r) == made.known[i] and all(
            _cell(table, made, r, name) == _own(made, i, name) for name in made.columns
        ):
            return REPEATED
    if not schema.key or not alike:
        return NOTHING
    latest = alike[-1]
    if not schema.versioned or schema.clock is None or _moment(table, made, latest) >= made.known[i]:
        return CONFLICT
    return latest if all(_own(made, i, name) not in (None, -1) for name in schema.key) else NOTHING


def _cell(table: LiveTable, made: Arrivals, row: int, name: str) -> Any:
    if row >= table.rows:
        return _own(made, made.new[row - table.rows], name)
    return _plain(table.column(name)[row])


def _own(made: Arrivals, i: int, name: str) -> Any:
    return _plain(made.columns[name][i])


def _plain(value: Any) -> Any:
    """A cell to be compared: NaN as None, so that null equals null."""
    return None if value != value else value


def _moment(table: LiveTable, made: Arrivals, row: int) -> int:
    return int(made.known[made.new[row - table.rows]] if row >= table.rows else table.known_at[row])


def _locator(table: LiveTable) -> str | None:
    """An identifier by which a row's like are found: of its key, or the first one of a table without key."""
    names = [c.name for c in table.schema.columns if c.name in (table.schema.key or (c.name,)) and c.type == "id"]
    names = [name for name in names if table.has(name)]
    return (names[-1] if table.schema.key else names[0]) if names else None


def encode(table: LiveTable, rows: pa.Table) -> dict[str, NDArray[Any]]:
    """The columns of the contract as the ledger keeps them; texts not seen before get a number."""
    made: dict[str, NDArray[Any]] = {}
    types = table.columns
    # Of few rows each column is asked for in one piece, which takes a third of the time.
    few = rows.to_batches() if rows.num_rows <= FEW else []
    for name, values in zip(rows.column_names, few[0].columns if len(few) == 1 else rows.columns, strict=True):
        column, entity = types[name]
        if entity is not None:
            made[name] = table.ledger.codes(entity, values)
        elif column.type != "list":
            made[name] = table.read(column, values)
    return made


def _known(table: LiveTable, rows: pa.Table) -> NDArray[np.int64]:
    clock = table.schema.clock
    if clock is None or clock not in rows.column_names:
        return np.full(rows.num_rows, ALWAYS, dtype=np.int64)
    return moments(rows.column(clock), table.schema.column(clock).type == "date", table.ledger.utc_offset)


def keys_of(table: LiveTable, columns: dict[str, NDArray[Any]], size: int) -> list[Key]:
    """What rows of one moment are sorted by, one tuple a row."""
    names = table.schema.key or tuple(c.name for c in table.schema.columns)
    parts: list[list[Any]] = []
    for name in names:
        if name not in columns:
            continue
        (column, entity), values = table.columns[name], columns[name]
        if entity is not None:
            parts.append([text or "" for text in table.ledger.vocabulary(entity).decode(values)])
        elif column.type == "enum":
            parts.append([column.values[v] if v >= 0 else "" for v in values.tolist()])
        else:
            parts.append([v if v == v else NO_NUMBER for v in values.tolist()])
    return list(zip(*parts, strict=True)) if parts else [()] * size


class Ranks:
    """The rows of the table's last moment in order of their keys, so that one more can be put between them."""

    def __init__(self, table: LiveTable) -> None:
        self._table = table
        self._moment: int | None = None
        self._first = 0
        self._keys: list[Key] = []
        self._rows: list[int] = []

    def put(self, row: int, moment: int, key: Key) -> None:
        """A row comes at the end of the table; it may stand before one that is there, which sets their ranks."""
        table = self._table
        if moment != self._moment:
            self._begin(row, moment)
        if not self._keys or key >= self._keys[-1]:
            self._keys.append(key)
            self._rows.append(row)
            return
        place = bisect_right(self._keys, key)
        self._keys.insert(place, key)
        self._rows.insert(place, row)
        table.set_rank(np.array(self._rows[place:]), self._first + place)

    def _begin(self, row: int, moment: int) -> None:
        """The rows already there of a moment not met before."""
        table = self._table
        self._moment = moment
        self._first = int(np.searchsorted(table.known_at[:row], moment, side="left"))
        self._rows = list(range(self._first, row))
        there = slice(self._first, row)
        columns = {name: table.column(name)[there] for name in _key_names(table)}
        self._keys = keys_of(table, columns, len(self._rows)) if self._rows else []


def _key_names(table: LiveTable) -> list[str]:
    names = table.schema.key or tuple(c.name for c in table.schema.columns)
    return [n for n in names if table.has(n) and table.schema.column(n).type != "list"]
