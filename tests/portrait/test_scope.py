"""Whoever sees one township is told of nobody and nothing outside it, whatever is looked at, over invented counties."""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from features.asof._cache import Cache
from features.asof.live import LiveLedger
from models.scoring.policy import Policy
from service.sealing import Seal
from service.work.portraits import looks as module
from service.work.portraits.drawer import SHORT
from service.work.portraits.looks import Asked, Looks
from service.work.portraits.sight import Reach, Sight
from tests.county import County, known_by
from tests.portrait import told

SEAL = Seal.from_text(Seal.new_key())


def under(county: County, top: str) -> set[str]:
    """A division and everything below it, what was merged into them included: walked row by row."""
    rows = county.tables["divisions"].to_pylist()
    found = {top}
    while True:
        more = {r["division_code"] for r in rows if {r.get("parent_code"), r.get("successor_code")} & found} - found
        if not more:
            return found
        found |= more


def forbidden(county: County, inside: set[str], above: set[str], at_us: int) -> set[str]:
    """Everything that names somebody or something known by a moment to lie elsewhere."""
    tables = {name: table.to_pylist() for name, table in known_by(county.tables, at_us).items()}
    newest: dict[str, str] = {}
    for row in sorted(tables["persons"], key=lambda row: row["recorded_at"]):
        newest[row["person_id"]] = row["division_code"]
    away = {person for person, where in newest.items() if where not in inside}
    found = {f"person:{SEAL.hash('person', one)[:SHORT]}" for one in away}
    found |= {
        f"card:{SEAL.hash('card', row['card_id'])[:SHORT]}"
        for row in tables["cards"]
        if row["holder_person_id"] in away
    }
    households = sorted(tables["households"], key=lambda row: row["recorded_at"])
    homes = {row["household_id"]: row["division_code"] for row in households}
    found |= {f"household:{one}" for one, where in homes.items() if where not in inside}
    posts: dict[str, str] = {}
    for row in sorted(tables["officials"], key=lambda row: row["from_date"]):
        posts[row["official_id"]] = row["division_code"]
    found |= {f"official:{one}" for one, where in posts.items() if where not in inside | above}
    found |= {f"village:{row['division_code']}" for row in tables["divisions"] if row["division_code"] not in inside}
    return found


@pytest.mark.parametrize("number", [0, 1, 2])
def test_nothing_outside_is_named(county: County, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Graphs, events and portraits of everything that is paid there, and of hubs that reach beyond."""
    ledger = LiveLedger(county.tables, cache=Cache(None))
    rows = county.tables["divisions"].to_pylist()
    towns = sorted(row["division_code"] for row in rows if row["level"] == "township")
    top = towns[number % len(towns)]
    inside = under(county, top)
    parents = {row["division_code"]: row.get("parent_code") for row in rows}
    above, up = {top}, parents.get(top)
    while up:
        above.add(up)
        up = parents.get(up)
    codes = ledger.vocabulary("division").encode_values
    reach = Reach(frozenset(codes(sorted(inside)).tolist()) - {-1}, frozenset(codes(sorted(above)).tolist()) - {-1})
    monkeypatch.setattr(module, "Reaches", lambda context: SimpleNamespace(of=lambda ledger, divisions: reach))
    looks = Looks(SimpleNamespace(seal=SEAL, policy=Policy.load()))  # type: ignore[arg-type]  # all that is asked for
    at = dt.datetime.fromtimestamp(county.moment(1.0) / 1e6, dt.UTC)
    not_named = forbidden(county, inside, above, county.moment(1.0))

    def look(what: str, **about: Any) -> Any:
        return told.returned(looks.begin(ledger, Asked(what, Sight((top,), look_up=True), at, about)))

    paid = county.tables["disbursements"].to_pylist()
    order = np.random.default_rng(number).permutation(len(paid))
    here = [paid[k] for k in order if paid[k]["division_code"] in inside][:25]
    anywhere = [paid[k]["disbursement_id"] for k in order[:25]]
    assert here
    seen = 0
    for payments in ([row["disbursement_id"] for row in here], anywhere):
        for kind, column in (("official", "prepared_by"), ("card", "card_id"), ("household", "household_id")):
            about = {"payments": payments, "hub_kind": kind, "hub_id": here[0][column], "typology": "T22", "most": 300}
            graph = look("case_graph", **about)
            events = look("case_events", **about)
            for key in _keys(graph, events):
                seen += 1
                # What a case is about is named to whoever may see the case.
                assert key not in not_named or key == _hub(graph), key
    for row in here[:6]:
        for kind, column in (("household", "household_id"), ("person", "person_id"), ("card", "card_id")):
            portrait = look("portrait", kind=kind, id=row[column], after=None, limit=20)
            if portrait[0]:
                text = json.dumps(portrait, ensure_ascii=False)
                assert not [key for key in not_named if f'"{key}"' in text]
    assert seen > 100


def _keys(graph: Any, events: Any) -> list[str]:
    """Keys of the nodes of a graph and of what events are about."""
    return [*(node[0] for node in graph[0]), *(event[5] for event in events)]


def _hub(graph: Any) -> str:
    """The key of the hub."""
    return next((node[0] for node in graph[0] if node[4]), "")
