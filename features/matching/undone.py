"""Links people took back: an append-only record, and pairs that stay cleared until either record changes.

A line names the row, who cleared it, when and why, and fingerprints of both records as they were compared; it holds
no name and no number of a person. When a compared field of either side changes, the fingerprints differ and the pair
is looked at again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


class RecordError(ValueError):
    """A record of cleared pairs that cannot be used; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """One link taken back: `left` and `right` are fingerprints of the records, `at` a moment with its offset."""

    row_id: str
    left: str
    right: str
    by: str
    why: str
    at: str


@dataclass(frozen=True, slots=True)
class Memory:
    """All pairs that were cleared."""

    entries: tuple[Cleared, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything was cleared at all."""
        return bool(self.entries)

    @property
    def rows(self) -> frozenset[str]:
        """Rows with a cleared pair."""
        return frozenset(entry.row_id for entry in self.entries)

    def has(self, row_id: str, left: str, right: str) -> bool:
        """Whether this pair was cleared while both records were as they are."""
        return any(e.row_id == row_id and e.left == left and e.right == right for e in self.entries)

    def out(
        self, pairs: Sequence[tuple[str, int, int]], left: Mapping[int, str], right: Mapping[int, str]
    ) -> list[tuple[int, int]]:
        """Of pairs (row, its number, the person's number) those that stay away; fingerprints by number."""
        return [(one, other) for row, one, other in pairs if self.has(row, left[one], right[other])]


def read(path: Path) -> Memory:
    """The record, empty where there is no file. Raises RecordError naming the line that cannot be read."""
    if not path.exists():
        return Memory()
    entries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entries.append(Cleared(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise RecordError(f"{path.name}, line {number}: not a record of a cleared pair") from error
    return Memory(tuple(entries))


def append(path: Path, entry: Cleared) -> None:
    """Add one line; earlier lines are never touched. Raises ValueError where nobody or no reason is named."""
    if not entry.by.strip() or not entry.why.strip():
        raise ValueError("taking back a link needs who does it and why")
    dt.datetime.fromisoformat(entry.at)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True) + "\n")


def fingerprints(
    con: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], numbers: Sequence[int]
) -> dict[int, str]:
    """A fingerprint of the identifier and compared columns of each numbered record of `l` or `r`."""
    if not numbers:
        return {}
    listed = ", ".join(str(int(n)) for n in numbers)
    # How a number was read depends on the register; the text it was read from does not.
    own = [c for c in columns if not c.endswith("_how")]
    rows = con.execute(f"SELECT n, id, {', '.join(own)} FROM {table} WHERE n IN ({listed})").fetchall()  # noqa: S608
    return {int(row[0]): hashlib.sha256(json.dumps(row[1:], default=str).encode()).hexdigest()[:32] for row in rows}
