"""Every look the history can be asked for. Each is a generator: between its steps whoever keeps it serves others.

A look sees what was known at its moment, so rows that arrive between two steps change nothing of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from service.access.principal import EVERYWHERE
from service.clock import micros
from service.work.portraits.drawer import Drawer
from service.work.portraits.look_alikes import look_alikes
from service.work.portraits.look_events import case_events
from service.work.portraits.look_evidence import evidence
from service.work.portraits.look_graph import case_graph
from service.work.portraits.look_peers import hub_peers, peers_of
from service.work.portraits.look_things import portrait, with_phone
from service.work.portraits.sight import Reaches, Sight
from service.work.portraits.wire import plain

if TYPE_CHECKING:
    from features.asof import Ledger
    from service.work.context import Context

Look = Generator[None, None, Any]
"""Steps of a look; what it returns is a shape or several (see `service.work.portraits.shapes`)."""

LOOKS: Final[Mapping[str, Callable[[Drawer, Mapping[str, Any]], Look]]] = {
    "case_graph": case_graph,
    "case_events": case_events,
    "evidence": evidence,
    "hub_peers": hub_peers,
    "look_alikes": look_alikes,
    "peers_of": peers_of,
    "portrait": portrait,
    "with_phone": with_phone,
}
"""Looks by name; each takes a drawer and what was asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A look as it is sent: its name, whoever's sight, the moment, and what it is about."""

    what: str
    sight: Sight
    at: dt.datetime
    about: Mapping[str, Any]

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {"what": self.what, "sight": self.sight.told(), "at": self.at.isoformat(), "about": dict(self.about)}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Asked:
        """Out of JSON. Raises KeyError, TypeError or ValueError for what is none."""
        if told["what"] not in LOOKS:
            raise ValueError("no such look")
        at = dt.datetime.fromisoformat(told["at"])
        return cls(told["what"], Sight.read(told["sight"]), at, dict(told["about"]))


class Looks:
    """Looks over one process's history. One thread uses it."""

    def __init__(self, context: Context) -> None:
        """Nothing is remembered but which divisions a scope holds."""
        self._context = context
        self._reaches = Reaches(context)

    def warm_up(self, ledger: Ledger) -> None:
        """Look once at the last payment and at its rows, so that what looks need is made before anybody waits."""
        from features.contract import EVERY_TABLE

        payments = ledger.tables["disbursements"]
        if not payments.rows:
            return
        at = dt.datetime.fromtimestamp(int(payments.known_at[-1]) / 1e6, dt.UTC)
        code = payments.column("disbursement_id")[-1:].astype("int64")
        number = str(ledger.vocabulary("disbursement").decode(code)[0])
        about = {"payments": [number], "hub_kind": "run", "hub_id": "", "typology": "", "most": 50, "payment": number}
        last = {name: table.evidence(table.row_numbers[-1:]) for name, table in ledger.tables.items() if table.rows}
        keys = [key for name, some in last.items() if EVERY_TABLE[name].evidence_key for key in some]
        for what in ("case_graph", "case_events", "peers_of", "evidence"):
            for _ in self.begin(ledger, Asked(what, Sight((EVERYWHERE,)), at, {**about, "keys": keys})):
                pass

    def begin(self, ledger: Ledger, asked: Asked) -> Look:
        """The steps of a look; it returns JSON."""
        reach = self._reaches.of(ledger, asked.sight.divisions)
        drawer = Drawer(self._context, ledger, micros(asked.at), asked.sight, reach)
        yield
        found = yield from LOOKS[asked.what](drawer, asked.about)
        return plain(found)
