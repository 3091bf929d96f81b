"""Which table's rows alone change an array while appends are quiet, and what holds an array that only gets longer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from features.asof._reads import VOCABULARY
from features.asof.growing import Growing
from features.asof.grows import ByRow
from features.asof.live import LiveLedger
from features.asof.live_index import LiveIndex
from features.asof.live_table import PAYMENTS, LiveTable


def home_of(table: Any, *columns: str) -> str | None:
    """The table's name where all these columns are declared, or rest on the row and what was known by then."""
    if not isinstance(table, LiveTable):
        return None
    for name in columns:
        if table.schema_has(name):
            continue
        growth = table.growth(name)
        if not isinstance(growth, ByRow) or growth.ahead_us:
            return None
    return str(table.name)


def home_of_kept(ledger: Any, table: str | None, reads: Iterable[str]) -> str | None:
    """`table`, where nothing that was read to make something kept with its index changes by quiet payments."""
    if table is None or table == PAYMENTS or not isinstance(ledger, LiveLedger):
        return None
    for read in reads:
        name, _, column = read.partition(".")
        if name == PAYMENTS:
            return None
        if column and not read.startswith(VOCABULARY) and home_of(ledger.table(name), column) is None:
            return None
    return table


def grown_of(table: Any, part: str, *names: Any) -> Growing | None:
    """What holds a column of the payments (`part` "known", "gone", "column", "as" or "derived")."""
    if not isinstance(table, LiveTable) or table.name != PAYMENTS:
        return None
    return table.held(part, *names)


def grown_of_index(index: Any, part: str, of: str = "") -> Growing | None:
    """What holds an array of an index (`part` "starts", "ends", "rows", "keys", "totals", "previous" or "along")."""
    return index.held(part, of) if isinstance(index, LiveIndex) else None
