"""What departments do not share is missing from a look, and breaks none: required tables alone, and one table less."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from features.asof._cache import Cache
from features.asof.live import LiveLedger
from features.contract import TABLES
from features.portrait.facts import Facts
from models.scoring.policy import Policy
from service.sealing import Seal
from service.work.portraits.look_things import Drawn
from service.work.portraits.looks import Asked, Looks
from service.work.portraits.shapes import Graph
from service.work.portraits.sight import Sight
from service.work.portraits.wire import read
from tests.county import County
from tests.portrait import told

OPTIONAL = sorted(name for name, table in TABLES.items() if not table.required)
HUBS = {
    "official": ("prepared_by", "official"),
    "card": ("card_id", "card"),
    "household": ("household_id", "household"),
    "village": ("division_code", "division"),
    "run": ("run_id", "run"),
}


def look_at_everything(county: County, tables: dict[str, Any]) -> dict[str, Any]:
    """Every look at some payments and what they touch."""
    ledger = LiveLedger(tables, cache=Cache(None))
    at_us = county.moment(1.0)
    at = dt.datetime.fromtimestamp(at_us / 1e6, dt.UTC)
    looks = Looks(SimpleNamespace(seal=Seal.from_text(Seal.new_key()), policy=Policy.load()))  # type: ignore[arg-type]
    numbers = told.some_payments(ledger, at_us, 10, seed=2)
    table = ledger.tables["disbursements"]
    row = int(told.rows_of(Facts(ledger, at_us), numbers)[-1])
    hubs = [
        (kind, str(ledger.vocabulary(space).decode(table.column(column)[row : row + 1].astype("int64"))[0]))
        for kind, (column, space) in HUBS.items()
    ]
    hubs += [("phone", "no such phone"), ("device", "no such device"), ("outlet", "no such outlet")]

    def look(what: str, **about: Any) -> Any:
        steps = looks.begin(ledger, Asked(what, Sight(("*",), look_up=True), at, about))
        return told.returned(steps)

    found: dict[str, Any] = {}
    for kind, number in hubs:
        about = {"payments": numbers, "hub_kind": kind, "hub_id": number, "typology": "T31", "most": 100}
        found[f"graph {kind}"] = read(Graph, look("case_graph", **about))
        found[f"peers {kind}"] = look("hub_peers", **about)
        if kind in ("official", "card", "household", "village"):
            portrait = look("portrait", kind=kind, id=number, after=None, limit=5)
            found[f"portrait {kind}"] = read(Drawn, portrait)
    keys = [key for one in ledger.tables.values() if one.rows for key in one.evidence(one.row_numbers[:2])]
    found["evidence"] = look("evidence", keys=keys)
    found["peers"] = look("peers_of", payment=numbers[0])
    found["events"] = look("case_events", payments=numbers, hub_kind=hubs[0][0], hub_id=hubs[0][1], most=500)
    return found


def test_required_tables_alone(county: County) -> None:
    """People, cards and payments: ties of payments and holders, and nothing else."""
    tables = {name: table for name, table in county.tables.items() if TABLES[name].required}
    found = look_at_everything(county, tables)
    graph = found["graph card"]
    assert {tie.kind for tie in graph.ties} >= {"paid_to", "holds", "belongs_to"}
    assert not {tie.kind for tie in graph.ties} & {"drawn_at", "swept_to", "kin_of", "decided", "entered"}
    assert found["portrait card"].there
    assert found["peers"]
    assert all(row is not None for row in found["evidence"])


@pytest.mark.parametrize("missing", OPTIONAL)
def test_one_table_less(county: County, missing: str) -> None:
    """Whatever table is missing, every look is answered."""
    found = look_at_everything(county, {name: table for name, table in county.tables.items() if name != missing})
    assert found["graph official"].nodes
