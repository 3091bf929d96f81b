"""What whoever looks may be told of, as the process that holds the history is asked: divisions, and who is near."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from service.access import Principal
from service.access.principal import EVERYWHERE
from service.store import division_paths
from service.work.queue.sight import ties_of

if TYPE_CHECKING:
    from features.asof import Ledger
    from service.work.context import Context

MOST_KEPT: Final = 64
"""Scopes remembered: staff of one county have a few."""


@dataclass(frozen=True, slots=True)
class Sight:
    """* `divisions`: those somebody sees, each with all below it
    * `hidden`: people, households and officials near them, as `case_ties` writes keys: not told of
    * `look_up`: whether they may open pages of people, cards and households
    """

    divisions: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    look_up: bool = False

    @classmethod
    def of(cls, connection: Connection, who: Principal) -> Sight:
        """What somebody may be told of."""
        near = [key for key in ties_of(connection, who) if key.startswith(("person:", "household:", "official:"))]
        return cls(who.divisions, tuple(near), who.may("lookups.read"))

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {"divisions": list(self.divisions), "hidden": list(self.hidden), "look_up": self.look_up}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Sight:
        """Out of JSON. Raises KeyError or TypeError for what is none."""
        return cls(tuple(map(str, told["divisions"])), tuple(map(str, told["hidden"])), bool(told["look_up"]))


@dataclass(frozen=True, slots=True)
class Reach:
    """Codes of divisions in a ledger: `inside` those somebody sees (None: every one), `above` those these lie under."""

    inside: frozenset[int] | None
    above: frozenset[int]

    def sees(self, division: int) -> bool:
        """Whether something in a division may be told of. What the register does not place has nothing to tell."""
        return self.inside is None or division < 0 or division in self.inside

    def may_name_official(self, division: int) -> bool:
        """The same for an official: who serves a division above handles what is paid below it."""
        return self.sees(division) or division in self.above


class Reaches:
    """Reaches of scopes, looked up once for a tree of divisions. One thread uses it."""

    def __init__(self, context: Context) -> None:
        """Empty."""
        self._context = context
        self._of: tuple[weakref.ref[Ledger], int] | None = None
        self._found: dict[tuple[str, ...], Reach] = {}

    def of(self, ledger: Ledger, divisions: tuple[str, ...]) -> Reach:
        """The reach of a scope, by the same paths every query of the service goes by."""
        if EVERYWHERE in divisions:
            return Reach(None, frozenset())
        changed = getattr(ledger, "changed", {}).get("divisions", 0)
        same = self._of is not None and self._of[0]() is ledger and self._of[1] == changed
        if not same or len(self._found) > MOST_KEPT:
            self._of, self._found = (weakref.ref(ledger), changed), {}
        if divisions not in self._found:
            with self._context.database.read() as connection:
                inside = division_paths.those_under(connection, divisions)
                above = division_paths.those_above(connection, divisions)
            codes = ledger.vocabulary("division").encode_values
            self._found[divisions] = Reach(
                frozenset(code for code in codes(sorted(inside)).tolist() if code >= 0),
                frozenset(code for code in codes(sorted(above)).tolist() if code >= 0),
            )
        return self._found[divisions]
