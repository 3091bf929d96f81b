"""Ties against the tables walked row by row, and ways against networkx."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

import networkx as nx
import pytest

from features.portrait.ego import ALWAYS_OPEN, OF_HUB, WAYS, ego, mark_ways
from features.portrait.facts import Facts
from features.portrait.strands import SPACES, Key, Strand
from tests.county import County, known_at, known_by
from tests.portrait import told


def standing(county: County, table: str, at: int) -> list[dict[str, Any]]:
    """Rows of a table that stood at a moment, walked in order of knowledge."""
    rows = known_by({table: county.tables[table]}, at)[table]
    order = sorted(zip(known_at(table, rows).tolist(), rows.to_pylist(), strict=True), key=lambda one: one[0])
    from features.contract import TABLES

    key = TABLES[table].key
    if not key or not TABLES[table].versioned:
        return [row for _, row in order]
    newest = {tuple(row[name] for name in key): row for _, row in order}
    return list(newest.values())


def test_ties_are_those_of_the_rows(county: County) -> None:
    """Counts and sums of payments, withdrawals, decisions, holders and households, against plain Python."""
    at = county.moment(0.9)
    numbers = told.some_payments(county.ledger, at, 60, seed=3)
    found = {one[:3]: one[5:] for one in told.ties(county.ledger, at, numbers, None)}
    paid = [row for row in standing(county, "disbursements", at) if row["disbursement_id"] in numbers]
    want: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])

    def tie(kind: str, one: tuple[str, Any], other: tuple[str, Any], fen: Any = None) -> None:
        if one[1] is not None and other[1] is not None:
            there = want[kind, *sorted((one, other))]
            there[0] += 1
            there[1] += 0 if fen is None else round(fen * 100)

    whose = {row["application_id"]: row["person_id"] for row in paid}
    cards = {row["card_id"] for row in paid}
    for row in paid:
        tie("paid_to", ("person", row["person_id"]), ("card", row["card_id"]), row["amount"])
        tie("prepared", ("official", row["prepared_by"]), ("person", row["person_id"]), row["amount"])
    for row in standing(county, "approvals", at):
        if row["application_id"] in whose:
            tie("decided", ("official", row["official_id"]), ("person", whose[row["application_id"]]))
    for row in standing(county, "card_transactions", at):
        if row["card_id"] in cards and row["kind"] == "cash_withdrawal":
            tie("drawn_at", ("card", row["card_id"]), ("outlet", row["outlet_id"]), row["amount"])
    for row in standing(county, "cards", at):
        if row["card_id"] in cards:
            tie("holds", ("person", row["holder_person_id"]), ("card", row["card_id"]))
    kinds = ("paid_to", "prepared", "decided", "drawn_at", "holds")
    # Whoever holds a card that money gathers on was never paid to it: that tie comes of the money.
    assert {key for key in found if key[0] in kinds and key[1][0] != "collector"} == set(want)
    for key, (count, fen) in want.items():
        assert found[key][0] == count, key
        assert (found[key][1] or 0) == fen, key


def test_kin_of_officials_are_found(county: County) -> None:
    """Every kinship row between a person behind an official of the graph and somebody paid is a tie, and no other."""
    at = county.moment(1.0)
    numbers = told.some_payments(county.ledger, at, 2_000, seed=4)
    found = {one[1:3] for one in told.ties(county.ledger, at, numbers, None) if one[0] == "kin_of"}
    behind: dict[str, set[str]] = defaultdict(set)
    for row in standing(county, "officials", at):
        if row["person_id"]:
            behind[row["person_id"]].add(row["official_id"])
    paid = [row for row in standing(county, "disbursements", at) if row["disbursement_id"] in numbers]
    payees = {row["person_id"] for row in paid}
    handled = {one[1][1] for one in told.ties(county.ledger, at, numbers, None) if one[0] in ("prepared", "decided")}
    want = set()
    for row in standing(county, "kinship", at):
        for one, other in ((row["person_id"], row["relative_id"]), (row["relative_id"], row["person_id"])):
            if other in payees:
                want |= {
                    (("official", official), ("person", other))
                    for official in behind.get(one, ())
                    if official in handled
                }
    assert want, "the county has no kin of officials who are paid: the test would hold of anything"
    assert want <= found


@pytest.mark.parametrize("typology", ["", "T22", "T25", "T28", "T31", "T33"])
def test_ways_are_shortest_ways(county: County, typology: str) -> None:
    """Ties marked are exactly those on some shortest way from somebody paid to the hub, as networkx finds them."""
    at = county.moment(1.0)
    numbers = told.some_payments(county.ledger, at, 40, seed=6)
    facts = Facts(county.ledger, at)
    rows = told.rows_of(facts, numbers)
    first = int(rows[0])
    for kind, column in (("official", "prepared_by"), ("card", "card_id"), ("household", "household_id")):
        hub = kind, int(county.ledger.tables["disbursements"].column(column)[first])
        found = told.strands(facts, numbers, (kind, facts.text(SPACES[kind], hub[1]) or ""))
        people = {("person", one) for one in facts.codes("disbursements", "person_id", rows).tolist()}
        mark_ways(found, people, hub, typology)
        want = _on_ways(found, people, hub, typology)
        assert {_ends(one) for one in found if one.matters} == want


def _on_ways(found: list[Strand], people: set[Key], hub: Key, typology: str) -> set[Any]:
    marked: set[Any] = set()
    telling = frozenset[str]().union(*WAYS.get(typology, ())) - ALWAYS_OPEN
    for tried in (WAYS.get(typology, ()) or OF_HUB[hub[0]], OF_HUB[hub[0]]):
        for kinds in tried:
            graph: Any = nx.Graph([(one.one, one.other) for one in found if one.kind in kinds | ALWAYS_OPEN])
            graph.add_node(hub)
            for person in people:
                if person in graph and nx.has_path(graph, person, hub):
                    for way in nx.all_shortest_paths(graph, person, hub):
                        steps = {frozenset(step) for step in pairwise(way)}
                        marked |= {
                            _ends(one) for one in found
                            if one.kind in kinds | ALWAYS_OPEN and frozenset((one.one, one.other)) in steps
                        }  # fmt: skip
        if marked:
            break
    if telling and not any(kind in telling for kind, _ in marked):
        marked |= {_ends(one) for one in found if one.kind in telling and {one.one, one.other} & people}
    return marked


def _ends(one: Strand) -> tuple[str, frozenset[Key]]:
    return one.kind, frozenset((one.one, one.other))


@pytest.mark.parametrize("most", [2, 15, 60, 10_000])
def test_what_is_shown_is_whole(county: County, most: int) -> None:
    """As many things as asked for, the hub first, no tie to what is not shown, and everything else counted."""
    at = county.moment(1.0)
    numbers = told.some_payments(county.ledger, at, 40, seed=7)
    facts = Facts(county.ledger, at)
    rows = told.rows_of(facts, numbers)
    hub = ("official", int(county.ledger.tables["disbursements"].column("prepared_by")[int(rows[0])]))
    members = {("person", one): 100 for one in facts.codes("disbursements", "person_id", rows).tolist()}
    members |= {("card", one): 100 for one in facts.codes("disbursements", "card_id", rows).tolist()}
    strands = told.strands(facts, numbers, ("official", facts.text("official", hub[1]) or ""))
    found = told.returned(ego(strands, members, hub, "T33", most=most, named=set))
    shown = set(found.things)
    assert found.things[0] == hub
    assert len(shown) == len(found.things) <= most
    assert all(one.one in shown and one.other in shown for one in found.strands)
    every = {end for one in told.strands(facts, numbers, None) for end in (one.one, one.other)} | {hub}
    assert len(shown) + sum(found.left_out.values()) >= len(every)
    if most >= 15:
        # Nobody is shown without the card they were paid to.
        graph = nx.Graph([(one.one, one.other) for one in found.strands])
        assert all(any(far[0] == "card" for far in graph[one]) for one in shown & set(members) if one[0] == "person")


def test_what_may_not_be_named_is_counted(county: County) -> None:
    """Things that may not be named stand in no tie."""
    at = county.moment(1.0)
    numbers = told.some_payments(county.ledger, at, 30, seed=8)
    facts = Facts(county.ledger, at)
    strands = told.strands(facts, numbers, None)
    every = {end for one in strands for end in (one.one, one.other)}
    hidden = {one for one in every if one[0] in ("official", "outlet")}
    found = told.returned(ego(strands, {}, None, "", most=10_000, named=lambda things: set(things) - hidden))
    assert found.elsewhere == len(hidden) > 0
    assert not set(found.things) & hidden
    assert not {end for one in found.strands for end in (one.one, one.other)} & hidden
