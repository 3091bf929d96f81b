"""Which payments lie outside the sender's divisions: of those nobody tells what is known there, nobody changes them."""

from __future__ import annotations

import datetime as dt
import threading
import weakref
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from service.access import Principal
from service.store import Database
from service.store.division_paths import DIVISION_PATHS
from service.work.facts.on_record import payments_elsewhere
from service.work.scoring.asked import Asked, Place, checked

if TYPE_CHECKING:
    from service.work.context import Context

FRESH: Final = dt.timedelta(seconds=60)
"""So long it is remembered what lies above a division: trees change a few times a year."""

MOST: Final = 100_000
"""Divisions remembered; a province has 27,000 villages."""

_FLAW: Final = {
    "where": "division_code",
    "found": "outside_divisions: outside the divisions of whoever sent the payment",
    "expected": "a village under the sender's divisions",
    "found_zh": "不在提交人管辖区划内",
    "expected_zh": "提交人管辖区划内的村",
}


class _Above:
    """What lies above divisions, as it was looked up a moment ago."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, tuple[frozenset[str], dt.datetime]] = {}

    def of(self, context: Context, codes: Iterable[str]) -> dict[str, frozenset[str]]:
        """By division all it lies under, itself included; empty for one nobody knows."""
        now = context.clock.now()
        with self._lock:
            missing = [c for c in codes if c not in self._found or abs(now - self._found[c][1]) > FRESH]
            if missing:
                if len(self._found) > MOST:
                    self._found.clear()
                path = DIVISION_PATHS
                found: dict[str, set[str]] = defaultdict(set)
                with context.database.read() as connection:
                    for row in connection.execute(select(path).where(path.c.division_code.in_(missing))):
                        found[str(row.division_code)].add(str(row.ancestor_code))
                self._found |= {code: (frozenset(found.get(code, ())), now) for code in missing}
            return {code: self._found[code][0] for code in codes}


_ABOVE: weakref.WeakKeyDictionary[Database, _Above] = weakref.WeakKeyDictionary()


def prepared(context: Context, who: Principal, rows: Sequence[Mapping[str, object]]) -> tuple[Asked, list[Place]]:
    """Check payments as they were sent (see `asked.checked`), and refuse those known to lie outside the sender's
    divisions. A village nobody knows is evidence and is taken."""
    outside = _outside(context, who, rows)
    asked, places = checked([row for i, row in enumerate(rows) if i not in outside], who.name)
    if not outside:
        return asked, places
    left = iter(places)
    return asked, [[_FLAW] if i in outside else next(left) for i in range(len(rows))]


def _outside(context: Context, who: Principal, rows: Sequence[Mapping[str, object]]) -> set[int]:
    if who.sees_everywhere:
        return set()
    codes = [row.get("division_code") for row in rows]
    above = _ABOVE.setdefault(context.database, _Above()).of(context, _texts(codes))
    own = set(who.divisions)
    away = {code for code, found in above.items() if found and not found & own}
    numbers = [row.get("disbursement_id") for row in rows]
    # A payment of another county stays that county's under whatever village it is sent again.
    with context.database.read() as connection:
        far = payments_elsewhere(context, connection, who.divisions, _texts(numbers))
    return {
        i
        for i, (code, number) in enumerate(zip(codes, numbers, strict=True))
        if (isinstance(code, str) and code in away) or (isinstance(number, str) and number in far)
    }


def _texts(values: Iterable[object]) -> set[str]:
    """The values that may be asked a database for."""
    return {value for value in values if isinstance(value, str) and len(value) <= 64 and "\0" not in value}
