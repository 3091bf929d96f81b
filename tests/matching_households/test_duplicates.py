"""Two entries of one person: what is found, the look-alikes that are not, and what may not change an answer."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features._world import World
from features.asof import Ledger
from features.intake import load
from features.matching.duplicates.entries import entries_at
from features.matching.duplicates.find import Duplicates, bridges, find_duplicates, pair_id, shipped_spec
from features.matching.duplicates.households import members_of, two_households
from features.matching.exact import short_form
from features.matching.explain import added_up
from features.matching.register import NoListError
from features.matching.undone import Cleared, Memory
from tests.matching_households.register import number, people, register

# They take long, and quicker tests run the same lines: branches are not counted meanwhile.
pytestmark = pytest.mark.no_cover

T = int(np.datetime64("2019-07-01", "us").astype(np.int64)) - 8 * 3_600_000_000
LATE = "2018-05-01T09:00:00"


def entry(like: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Another entry that looks like one of the register."""
    return {**like, "recorded_at": LATE, **changed}


@cache
def planted() -> tuple[World, dict[str, tuple[str, str]]]:
    """A register with one person registered twice in every way, and look-alikes; pairs by what they are."""
    made = register()
    first = [p for p in people(made) if p["relation_to_head"] == "head" and p["phone"] and p["birth_date"] < "1968"]
    old, second, moved, slipped, father, twin, homonym = first[:7]
    rows = {
        "old form": (old, entry(old, person_id=short_form(old["person_id"]))),
        "second number": (second, entry(second, person_id=number(second["birth_date"], 991))),
        "moved": (
            moved,
            entry(moved, person_id=number(moved["birth_date"], 992), household_id="F9001", relation_to_head="head",
                  division_code="519901102001" if moved["division_code"] != "519901102001" else "519901101001"),
        ),
        "father and son": (
            father,
            entry(father, person_id=number("1989-03-04", 993), birth_date="1989-03-04", relation_to_head="child"),
        ),
        "twins": (
            twin, entry(twin, person_id=number(twin["birth_date"], 994), name=f"{twin['name'][:2]}钧"),
        ),
        "homonym": (
            homonym,
            entry(homonym, person_id=number("1971-09-09", 995), birth_date="1971-09-09", household_id="F9002",
                  phone="19900088888", division_code="519901102001"),
        ),
    }  # fmt: skip
    for _, other in rows.values():
        made = made.add("persons", **other)
    good = slipped["person_id"]
    typed = good[:12] + str((int(good[12]) + 3) % 10) + good[13:]
    made = made.paid(
        typed, at="2019-04-20", payee_name=slipped["name"], household_id=slipped["household_id"],
        division_code=slipped["division_code"],
    )  # fmt: skip
    pairs = {what: (one["person_id"], other["person_id"]) for what, (one, other) in rows.items()}
    return made, {**pairs, "slip on a payment": (good, typed)}


def search(made: World, at_us: int = T, memory: Memory | None = None) -> Duplicates:
    """What is found, with fewer pairs drawn than in a county of real size."""
    return find_duplicates(made.ledger, at_us, replace(shipped_spec(), random_pairs=40_000), memory=memory)


def told(made: World, at_us: int = T, memory: Memory | None = None) -> dict[frozenset[str], dict[str, Any]]:
    """Pairs found, by the two identities."""
    rows = search(made, at_us, memory).table.to_pylist()
    return {frozenset((row["person_id"], row["second_person_id"])): row for row in rows}


@pytest.mark.parametrize(
    ("what", "kind"),
    [("old form", "old_form"), ("second number", "household"), ("moved", "moved"), ("slip on a payment", "slip")],
)
def test_one_person_twice_is_found(what: str, kind: str) -> None:
    made, pairs = planted()
    row = told(made)[frozenset(pairs[what])]
    assert (row["decision"], row["kind"]) == ("same", kind)
    assert (row["person_id"], row["second_person_id"]) == pairs[what], "the entry known first, with the sound number"
    assert row["second_registered"] == (what != "slip on a payment")


@pytest.mark.parametrize("what", ["father and son", "twins", "homonym"])
def test_two_people_who_look_alike_are_not_the_same(what: str) -> None:
    made, pairs = planted()
    row = told(made).get(frozenset(pairs[what]))
    assert row is None or row["decision"] == "unsure"


def test_hardly_anybody_else_is_told() -> None:
    made, pairs = planted()
    others = [row for key, row in told(made).items() if key not in {frozenset(pair) for pair in pairs.values()}]
    assert not [row for row in others if row["decision"] == "same"]
    assert len(others) <= 5


def test_every_pair_explains_itself_to_the_last_digit() -> None:
    made, _ = planted()
    for row in told(made).values():
        assert added_up(row["agreement"]) == pytest.approx(row["log_odds"], abs=1e-9)
        assert row["probability"] == pytest.approx(1 / (1 + np.exp(-row["log_odds"])))
        assert {"prior", "name", "birth", "sex", "number"} <= set(json.loads(row["agreement"]))


def test_what_became_known_later_changes_nothing() -> None:
    made, _ = planted()
    person = people(made)[3]
    later = (
        made.add("persons", **entry(person, person_id=number("1950-01-01", 996), recorded_at="2019-08-01"))
        .add("persons", **{**person, "name": "改名后", "recorded_at": "2019-08-02"})
        .paid(person["person_id"][:-1] + "0", at="2019-08-03", payee_name=person["name"])
    )
    assert told(later) == told(made)


def test_the_order_of_rows_says_nothing() -> None:
    made, _ = planted()
    turned = replace(made, rows=tuple(reversed(made.rows)), _cache={})
    assert search(turned).table.equals(search(made).table)


def test_a_cleared_pair_stays_cleared_until_an_entry_changes() -> None:
    made, pairs = planted()
    found = search(made)
    name = pair_id(*pairs["moved"])
    memory = Memory((Cleared(name, *found.prints[name], "lin", "two cousins", "2019-07-01T00:00:00+00:00"),))
    assert frozenset(pairs["moved"]) not in told(made, memory=memory)
    assert search(made, memory=memory).cleared == 1
    assert len(told(made, memory=memory)) == len(told(made)) - 1
    entry_of = next(p for p in people(made) if p["person_id"] == pairs["moved"][1])
    changed = made.add("persons", **{**entry_of, "phone": "19900077777", "recorded_at": "2019-06-01"})
    assert told(changed, memory=memory).keys() == told(changed).keys()


def test_a_third_entry_joins_nobody() -> None:
    """A is like B and B like C, but A and C are not: neither pair may be acted on."""
    one, other, same = (np.array(v) for v in ([0, 1, 3, 5, 5, 6], [1, 2, 4, 6, 7, 7], [True] * 6))
    assert bridges(one, other, same).tolist() == [True, True, False, False, False, False]
    assert not bridges(one, other, np.array([True, False, True, True, False, False])).any()


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda p: p[0] < p[1]), unique=True))
def test_what_may_be_acted_on_never_chains(edges: list[tuple[int, int]]) -> None:
    """Among pairs without a bridge, whoever is paired with one is paired with all of that one's partners."""
    one, other = (np.array([edge[k] for edge in edges], dtype=np.int64) for k in (0, 1))
    safe = ~bridges(one, other, np.ones(len(edges), dtype=bool)) if edges else np.empty(0, dtype=bool)
    kept = {frozenset(edge) for edge, good in zip(edges, safe.tolist(), strict=True) if good}
    for pair in kept:
        for third in kept:
            if len(pair & third) == 1:
                assert frozenset(pair ^ third) in kept


def test_a_household_under_two_identifiers() -> None:
    made = register()
    home = next(p["household_id"] for p in people(made) if p["relation_to_head"] == "child" and p["phone"])
    family = [p for p in people(made) if p["household_id"] == home]
    for k, person in enumerate(family):
        made = made.add(
            "persons", **entry(person, person_id=number(person["birth_date"], 960 + k), household_id="F9100")
        )
    found = search(made).table
    table = entries_at(made.ledger, T).table
    joined = two_households(found, members_of(table.column("household_id").to_pylist())).to_pylist()
    assert [(r["household_id"], r["second_household_id"], r["what"], r["pairs"]) for r in joined] == [
        (home, "F9100", "one_household", len(family))
    ]
    assert joined[0]["decision"] == "same"


def test_a_person_counted_in_two_households() -> None:
    made, pairs = planted()
    found = search(made).table
    members = members_of(entries_at(made.ledger, T).table.column("household_id").to_pylist())
    joined = two_households(found, members).to_pylist()
    first = next(p["household_id"] for p in people(made) if p["person_id"] == pairs["moved"][0])
    assert (first, "F9001", "shared_people") in [
        (r["household_id"], r["second_household_id"], r["what"]) for r in joined
    ]


def test_entries_are_the_register_and_numbers_paid() -> None:
    made, pairs = planted()
    found = entries_at(made.ledger, T)
    ids = found.table.column("person_id").to_pylist()
    assert ids == sorted(set(ids))
    assert set(ids) == {p["person_id"] for p in people(made)} | {pairs["slip on a payment"][1]}
    assert [i for i, known in zip(ids, found.registered, strict=True) if not known] == [pairs["slip on a payment"][1]]


def test_before_anybody_was_registered() -> None:
    with pytest.raises(NoListError):
        find_duplicates(register(5).ledger, 0)


@pytest.mark.parametrize("lost", ["persons.phone", "persons.birth_date", "persons.household_id", "persons.sex"])
def test_it_works_without_what_was_not_shared(lost: str) -> None:
    made, pairs = planted()
    rows = told(made.lacking(lost))
    assert frozenset(pairs["old form"]) in rows


def test_pseudonyms_have_no_old_form() -> None:
    made = register(40)
    named = {p["person_id"]: f"K{k:05d}" for k, p in enumerate(people(made))}
    for real, pseudonym in named.items():
        made = made.change("persons", "person_id", real, person_id=pseudonym)
    assert all(row["kind"] not in ("old_form", "slip") for row in told(made).values())


def test_on_the_shared_county(county_a: Path, tmp_path: Path) -> None:
    """Six people paid under a second number, and every slip on a payment; the truth file says who they are."""
    import pyarrow.parquet as pq

    load(county_a, tmp_path)
    ledger = Ledger.open(tmp_path)
    found = find_duplicates(ledger, T).table.to_pylist()
    second = {row["second_person_id"]: row["decision"] for row in found}
    truth = pq.read_table(county_a.parent / "county-a-truth.parquet").to_pylist()
    lines = ledger.tables["disbursements"]
    person = dict(zip(lines.arrow("disbursement_id").to_pylist(), lines.arrow("person_id").to_pylist(), strict=True))
    known = {
        i for i, at in zip(lines.arrow("disbursement_id").to_pylist(), lines.known_at.tolist(), strict=True) if at < T
    }
    register_ids = set(ledger.tables["persons"].arrow("person_id").to_pylist())
    paid_twice = {
        person[r["disbursement_id"]] for r in truth
        if "T03" in (r["typologies"] or "").split("|") and r["disbursement_id"] in known
    }  # fmt: skip
    slips = {
        person[r["disbursement_id"]] for r in truth
        if r["look_alike"] == "T02" and r["disbursement_id"] in known
    } - register_ids  # fmt: skip
    assert len(paid_twice) == 6
    assert len(paid_twice & set(second)) >= 5
    assert len(slips & set(second)) / len(slips) >= 0.95
    same = [one for one, decision in second.items() if decision == "same"]
    assert sum(one in paid_twice | slips for one in same) / len(same) >= 0.95
