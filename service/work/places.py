"""The administrative tree with its names, as divisions were handed over: what a place is called, and what lies in it.

Names lie among the facts. They are few and change rarely: a process keeps the tree until new rows of `divisions` come.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from service.access import Principal
from service.store import Database, facts
from service.store.payment_sums import limits
from service.work.context import Context
from service.work.facts.batches import read_after


@dataclass(frozen=True, slots=True)
class Place:
    """A division: its code, its name, its level (as in the contract), the code of what it lies under, and of what it
    was merged into; empty where there is none."""

    code: str
    name: str
    level: str
    parent_code: str
    successor_code: str = ""


class Places:
    """The tree."""

    def __init__(self, rows: Iterable[Place]) -> None:
        """From every division that stands."""
        self._by_code = {row.code: row for row in rows}
        self._below: dict[str, list[Place]] = {}
        for row in sorted(self._by_code.values(), key=lambda one: one.code):
            self._below.setdefault(row.parent_code if row.parent_code in self._by_code else "", []).append(row)

    def name(self, code: str | None) -> str:
        """What a division is called; its code where nobody told of it, empty for none."""
        found = self._by_code.get(code or "")
        return found.name if found else code or ""

    def get(self, code: str) -> Place | None:
        """A division, None where nobody told of it."""
        return self._by_code.get(code)

    def beginning_with(self, code: str, limit: int) -> list[Place]:
        """Up to `limit` divisions whose code begins so, in order of codes."""
        return sorted((one for one in self._by_code.values() if one.code.startswith(code)), key=_code)[:limit]

    def called(self, name: str, limit: int) -> list[Place]:
        """Up to `limit` divisions whose name holds a text, in order of codes."""
        return sorted((one for one in self._by_code.values() if name in one.name), key=_code)[:limit]

    def below(self, code: str) -> tuple[Place, ...]:
        """The divisions that lie in one, next below, without those merged away; of the empty code the topmost."""
        return tuple(one for one in self._below.get(code, ()) if not one.successor_code)

    def path(self, code: str) -> tuple[Place, ...]:
        """A division and everything it lies in, the topmost first; a circle in the data ends the walk."""
        found: list[Place] = []
        here = self._by_code.get(code)
        while here is not None and here not in found:
            found.append(here)
            here = self._by_code.get(here.parent_code)
        return tuple(reversed(found))

    def town_of(self, code: str) -> str:
        """The township a village lies in; anything else, and a village nobody knows, is itself."""
        found = self._by_code.get(code)
        return found.parent_code if found and found.level == "village" and found.parent_code else code

    def full_name(self, code: str | None) -> str:
        """A village with its township, "township name"; anything else by its name alone."""
        path = self.path(code or "")
        if len(path) > 1 and path[-1].level == "village":
            return f"{path[-2].name}{path[-1].name}"
        return self.name(code)

    def tops(self, who: Principal) -> tuple[Place, ...]:
        """Where somebody's scope begins: their divisions that are known, or the topmost of all."""
        if who.sees_everywhere:
            return self.below("")
        found = [self._by_code[code] for code in sorted(who.divisions) if code in self._by_code]
        return tuple(one for one in found if not any(up in found for up in self.path(one.code)[:-1]))


def _code(place: Place) -> str:
    return place.code


_KEPT: Final[WeakKeyDictionary[Database, tuple[int, Places]]] = WeakKeyDictionary()


def places_of(context: Context) -> Places:
    """The tree as it stands now."""
    with context.database.read() as connection:
        last = facts.last_of(connection, "divisions")
        kept = _KEPT.get(context.database)
        if kept is not None and kept[0] == last:
            return kept[1]
        standing: dict[str, Place] = {}
        for _, _, rows in read_after(context, connection, 0, tables=["divisions"], until=last):
            for row in rows.to_pylist():
                standing[row["division_code"]] = Place(
                    row["division_code"],
                    row["name"],
                    row["level"],
                    row.get("parent_code") or "",
                    row.get("successor_code") or "",
                )
    made = Places(standing.values())
    _KEPT[context.database] = (last, made)
    return made


def items_of(context: Context) -> dict[str, str]:
    """What each item of the catalogue is called, by its `program_id`."""
    with context.database.read() as connection:
        return {number: name for number, (name, _, _) in limits(connection).items()}
