"""What changes an array of the ledger while payments come quietly (`LiveLedger.loud`), and what holds one that only
gets longer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from features.asof._reads import VOCABULARY
from features.asof.growing import Growing
from features.asof.grows import ByRow
from features.asof.live import LiveLedger
from features.asof.live_index import LiveIndex
from features.asof.live_table import PAYMENTS, LiveTable


@dataclass(frozen=True, slots=True)
class Home:
    """Nothing changes an array but rows of `table` ("": of none) and new identifiers of `spaces`."""

    table: str
    spaces: frozenset[str] = frozenset()


def spaces(*entities: str) -> Home:
    """The home of what rests on identifier spaces alone."""
    return Home("", frozenset(VOCABULARY + entity for entity in entities))


def home_of(table: Any, *columns: str) -> Home | None:
    """Where columns of a table are at home; None where payments may change them otherwise than by their own rows."""
    if not isinstance(table, LiveTable):
        return None
    found: frozenset[str] = frozenset()
    for name in columns:
        if table.schema_has(name):
            continue
        made = table.made.get(name)
        if made is None:
            return None
        if isinstance(made.growth, ByRow) and not made.growth.ahead_us:
            continue
        home = None if table.name == PAYMENTS else home_of_kept(table.ledger, table.name, made.reads)
        if home is None:
            return None
        found |= home.spaces
    return Home(table.name, found)


def home_of_kept(ledger: Any, table: str | None, reads: Iterable[str]) -> Home | None:
    """Where something made from what was read, and kept with a table, is at home; None as in `home_of`."""
    if not table or table == PAYMENTS or not isinstance(ledger, LiveLedger):
        return None
    found: set[str] = set()
    for read in reads:
        if read.startswith(VOCABULARY):
            found.add(read)
            continue
        name, _, column = read.partition(".")
        home = None if name == PAYMENTS else home_of(ledger.table(name), *([column] if column else []))
        if home is None:
            return None
        found |= home.spaces
    return Home(table, frozenset(found))


def grown_of(table: Any, part: str, *names: Any) -> Growing | bool | None:
    """What holds a column of the payments (`LiveTable.held`); True for one that stays as it is."""
    if not isinstance(table, LiveTable) or table.name != PAYMENTS:
        return None
    return table.held(part, *names)


def grown_of_index(index: Any, part: str, of: str = "") -> Growing | None:
    """What holds an array of an index (`LiveIndex.held`)."""
    return index.held(part, of) if isinstance(index, LiveIndex) else None
