"""Rows that stand in a table more than once: repeated unchanged, corrected later, or in conflict.

The identity of a row is its key and its clock (its key alone where the table takes no versions, the whole row where
it has no key). Two rows of one identity are either the same row again (accepted, stored once) or in conflict (the
later one is refused). Rows of one key and different clocks are versions, whatever order they arrive in; only tables
marked `in_file_order` want a version to follow what it corrects, so there the identity is the key alone. Identities
are compared by a 64-bit hash for all rows, and exactly for the few whose hashes meet.
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
    clock = [table.clock] if table.clock and table.versioned and not table.in_file_order else []
    return [name for name in (*table.key, *clock) if name in present]


class Hasher:
    """Hashes identities, batch by batch; keeps 8 bytes a row."""

    def __init__(self, columns: list[str], connection: duckdb.DuckDBPyConnection) -> None:
        """`columns` as from `identity`; `connection` to any database."""
        self._connection = connection
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


def compare(
    rows: npt.NDArray[np.int64], hashes: Hashes, content: pa.Table, identity_columns: list[str], clock: str | None
) -> Repeats:
    """Compare rows whose hashes meet, exactly.

    `content` holds the rows at positions `rows` (in that order), `hashes` their hashes. The first row of each identity
    stays. `clock` names the column a later row must be later by, in tables `in_file_order`; None elsewhere.
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
    irregular = ~same_identity if clock is None else ~same_content
    by_hand = np.isin(first, np.unique(first[irregular]))
    follower = (first != np.arange(len(rows))) & ~by_hand
    repeated = np.flatnonzero(follower & same_content).tolist()
    conflicts = np.flatnonzero(follower & ~same_content)
    pairs = list(zip(conflicts.tolist(), first[conflicts].tolist(), strict=True))
    _one_by_one(content, np.flatnonzero(by_hand), identity_columns, clock, repeated, pairs)
    refused = np.array(pairs, np.int64).reshape(-1, 2)
    return Repeats(rows[np.array(repeated, np.int64)], rows[refused[:, 0]], rows[refused[:, 1]])


def _one_by_one(
    content: pa.Table,
    places: npt.NDArray[np.intp],
    identity_columns: list[str],
    clock: str | None,
    repeated: list[int],
    conflicts: list[tuple[int, int]],
) -> None:
    """The same for groups that arrays cannot settle: different identities under one hash, or versions in file order."""
    standing: dict[tuple[object, ...], list[tuple[int, dict[str, Any]]]] = {}
    told = content.take(pa.array(places)).to_pylist()
    for place, row in zip(places.tolist(), told, strict=True):
        taken = standing.setdefault(tuple(row[name] for name in identity_columns), [])
        if any(row == other for _, other in taken):
            repeated.append(place)
        elif not taken or (clock is not None and _is_later(row[clock], taken[-1][1][clock])):
            taken.append((place, row))
        else:
            conflicts.append((place, taken[-1][0]))


def _is_later(clock: Any, before: Any) -> bool:
    """Whether a clock is known to be later; a missing one never is."""
    return clock is not None and before is not None and bool(clock > before)


def _comparable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists in their joined form, everything else as it is."""
    return pc.binary_join(column, "|") if pa.types.is_list(column.type) else column


def _equal(one: pa.ChunkedArray, other: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Equality where null equals null."""
    equal = pc.or_(pc.fill_null(pc.equal(one, other), False), pc.and_(pc.is_null(one), pc.is_null(other)))
    return np.asarray(equal.to_numpy(), np.bool_)
