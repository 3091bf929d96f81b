"""Rows that stand in a table more than once: repeated unchanged, corrected later, or in conflict.

The identity of a row is its key and its clock (its key alone where the table takes no versions, the whole row where
it has no key). Two rows of one identity are either the same row again (accepted, stored once) or in conflict (the
later one is refused). Rows of one key and different clocks are versions, whatever order they arrive in. So only
identities need be compared: by a 64-bit hash for all rows, and exactly for the few whose hashes meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.contract import Table

Hashes = npt.NDArray[np.uint64]

PARTITION: Final = 1_000_000
"""Rows compared exactly at a time."""


def identity(table: Table, present: list[str]) -> list[str]:
    """Columns that make a row's identity, of those the file has."""
    if not table.key:
        return present
    clock = [table.clock] if table.versioned and table.clock and table.clock not in table.key else []
    return [name for name in (*table.key, *clock) if name in present]


class Hasher:
    """Hashes identities, batch by batch; keeps 8 bytes a row."""

    def __init__(self, columns: list[str]) -> None:
        """`columns` as from `identity`."""
        self._connection = duckdb.connect(config={"threads": 2})
        quoted = ", ".join(f'"{name}"' for name in columns)
        self._query = f"select hash({quoted}) as h from batch"  # noqa: S608 - names of the contract
        self._parts: list[Hashes] = []
        self._columns = columns

    def add(self, batch: pa.RecordBatch) -> None:
        """Hash the rows of a batch."""
        if batch.num_rows:
            self._connection.register("batch", pa.Table.from_batches([batch.select(self._columns)]))
            hashes = self._connection.execute(self._query).fetchnumpy()["h"]
            self._parts.append(np.asarray(hashes, np.uint64))
            self._connection.unregister("batch")

    def finish(self) -> Hashes:
        """All hashes in row order, shape (n,)."""
        self._connection.close()
        return np.concatenate(self._parts) if self._parts else np.empty(0, np.uint64)


def meeting(hashes: Hashes) -> npt.NDArray[np.int64]:
    """Positions of rows whose hash occurs more than once, in order of (hash, position)."""
    ordered = np.sort(hashes)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(twice):
        return np.empty(0, np.int64)
    at = np.searchsorted(twice, hashes)
    at[at == len(twice)] = 0
    rows = np.flatnonzero(twice[at] == hashes)
    return rows[np.argsort(hashes[rows], kind="stable")].astype(np.int64)


def partitions(rows: npt.NDArray[np.int64], hashes: Hashes) -> list[npt.NDArray[np.int64]]:
    """Cut the rows of `meeting` into stretches of about `PARTITION` rows that split no group of equal hashes."""
    cuts: list[int] = []
    at = PARTITION
    values = hashes[rows]
    while at < len(rows):
        at = int(np.searchsorted(values, values[at], side="left"))
        if (cuts and at <= cuts[-1]) or at == 0:
            at = int(np.searchsorted(values, values[at], side="right"))
        if at < len(rows):
            cuts.append(at)
        at += PARTITION
    return np.split(rows, cuts)


@dataclass(slots=True)
class Repeats:
    """Row positions to leave out of the store: unchanged repeats, and conflicts `against` earlier rows."""

    repeated: npt.NDArray[np.int64]
    conflicts: npt.NDArray[np.int64]
    against: npt.NDArray[np.int64]


def compare(rows: npt.NDArray[np.int64], hashes: Hashes, content: pa.Table, identity_columns: list[str]) -> Repeats:
    """Compare rows whose hashes meet, exactly.

    `content` holds the rows at positions `rows` (in that order), `hashes` their hashes. The first row of each
    identity stays.
    """
    groups = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1])))
    first = np.repeat(groups, np.diff(np.append(groups, len(rows))))
    same_identity = np.ones(len(rows), np.bool_)
    same_content = np.ones(len(rows), np.bool_)
    leader = pa.array(first)
    for name in content.column_names:
        column = _comparable(content.column(name))
        equal = _equal(column, pc.take(column, leader))
        same_content &= equal
        if name in identity_columns:
            same_identity &= equal
    follower = first != np.arange(len(rows))
    if not same_identity.all():
        first = _by_identity(content, identity_columns, first, same_identity)
        follower = first != np.arange(len(rows))
        other = np.flatnonzero(follower & ~same_identity)
        for i in other.tolist():
            same_content[i] = content.slice(i, 1).to_pylist() == content.slice(int(first[i]), 1).to_pylist()
    repeated = follower & same_content
    conflict = follower & ~same_content
    return Repeats(rows[repeated], rows[conflict], rows[first[conflict]])


def _by_identity(
    content: pa.Table, columns: list[str], first: npt.NDArray[Any], same: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Leaders of all rows where different identities share a hash: those groups are told apart value by value."""
    leaders = first.astype(np.int64)
    mixed = np.isin(first, np.unique(first[~same]))
    seen: dict[tuple[object, ...], int] = {}
    for i in np.flatnonzero(mixed).tolist():
        key = tuple(content.column(name)[i].as_py() for name in columns)
        leaders[i] = seen.setdefault(key, i)
    return leaders


def _comparable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists in their joined form, everything else as it is."""
    return pc.binary_join(column, "|") if pa.types.is_list(column.type) else column


def _equal(one: pa.ChunkedArray, other: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Equality where null equals null."""
    equal = pc.or_(pc.fill_null(pc.equal(one, other), False), pc.and_(pc.is_null(one), pc.is_null(other)))
    return np.asarray(equal.to_numpy(), np.bool_)
