"""Find entries of the register that are one person, keep what people cleared, and tell which households they join."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import UnusableDataError, WrongUsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from features.matching.duplicates.find import Duplicates
    from service.work.open_data import OpenData


@dataclass(frozen=True, slots=True)
class DuplicatesFound:
    """Pairs (`features.matching.duplicates.find.SCHEMA`), households they join, and counts of the search."""

    pairs: pa.Table
    households: pa.Table
    found: Duplicates


@dataclass(frozen=True, slots=True)
class Clearing:
    """Who clears a pair and why."""

    pair_id: str
    by: str
    why: str


def find_duplicates(
    data: OpenData, as_of_us: int, record: Path, progress: Callable[[str, float], None] | None = None
) -> DuplicatesFound:
    """Pairs known at the moment (microseconds UTC), without those the record clears.

    Raises UnusableDataError where the register is empty at the moment or the record cannot be read.
    """
    from features.matching.duplicates.entries import entries_at
    from features.matching.duplicates.find import find_duplicates as find
    from features.matching.duplicates.households import members_of, two_households
    from features.matching.register import NoListError
    from features.matching.undone import RecordError, read

    try:
        found = find(data.ledger, as_of_us, memory=read(record), progress=progress)
    except NoListError as error:
        raise UnusableDataError(str(error), "该时点人口登记为空") from error
    except RecordError as error:
        raise UnusableDataError(str(error), f"{record.name}：记录无法读取") from error
    members = members_of(entries_at(data.ledger, as_of_us).table.column("household_id").to_pylist())
    return DuplicatesFound(found.table, two_households(found.table, members), found)


def clear_pair(data: OpenData, as_of_us: int, record: Path, clearing: Clearing, at: dt.datetime) -> None:
    """Add to the record that a pair is two people; it stays cleared until a compared field of either changes.

    `at` is the moment of the act, with its offset. Raises WrongUsageError for a pair that is not found as of the
    moment, or without a name and a reason.
    """
    from features.matching.undone import Cleared, append

    if not clearing.by.strip() or not clearing.why.strip():
        raise WrongUsageError("--clear needs --by NAME and --why TEXT", "--clear 须同时给出 --by 和 --why")
    prints = find_duplicates(data, as_of_us, record).found.prints.get(clearing.pair_id)
    if prints is None:
        raise WrongUsageError(
            f"no pair {clearing.pair_id!r} as of this moment; pair_id stands in the list `mingbai duplicates` writes",
            f"该时点没有编号为 {clearing.pair_id!r} 的疑似重复；编号见 `mingbai duplicates` 输出",
        )
    append(record, Cleared(clearing.pair_id, *prints, clearing.by, clearing.why, at.isoformat()))


def record_of(home: Path, store: Path) -> Path:
    """Where the cleared pairs of a store are kept: beside what people decided on lists, not among loaded tables."""
    return home / "matching" / f"{store.name}-duplicates.jsonl"
