"""Who of several namesakes is meant, and when the answer stays a question."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.matching.compare import Compared
from features.matching.comparisons import Comparison, Level, Role, comparison_of
from features.matching.divisions import Divisions
from features.matching.explain import added_up
from features.matching.link import Lists, link
from features.matching.spec import load_spec
from features.matching.weights import UNIT, Model, learn
from tests.matching.lists import VILLAGES, by_row, person, row_of, small, tables
from tests.matching.test_link import PEOPLE

KNOWN = ("died_on", "effective_on")
MERGED = Divisions.of(
    pa.Table.from_pylist(
        [
            {"division_code": code, "parent_code": code[:9] + "000", "name": name, "level": "village",
             "successor_code": after}
            for code, name, after in (
                ("519921104200", "Hamlet 2", "519921104260"), ("519921104201", "Hamlet 25", "519921104260"),
                ("519921104260", "Hamlet 2", None), ("519921105200", "Santa Rita", None),
            )
        ]
    )
)  # fmt: skip


def asked(row: dict[str, Any], *persons: dict[str, Any], divisions: Divisions | None = None) -> dict[str, Any]:
    """What is found for one row among forty rows about other people and these persons."""
    gaps = dict.fromkeys(KNOWN)
    rows = [{**row_of(PEOPLE[n * 3], f"R{n:02d}"), **gaps} for n in range(40)]
    people = [{**one, "died_on": one.get("died_on")} for one in (*PEOPLE, *persons)]
    lists = tables([*rows, {**gaps, **row}], people)
    return by_row(link(replace(lists, divisions=divisions or Divisions()), small()))[row["row_id"]]


def two(**other: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two persons of one name, sex and village, born in different years."""
    same = {"name": "唐文武", "sex": "M", "division_code": VILLAGES[0], **other}
    return person(200, birth_date="1941-03-09", **same), person(203, birth_date="1983-11-20", **same)


def without_birth(one: dict[str, Any], **other: Any) -> dict[str, Any]:
    """A row with name, sex and village of a person."""
    return {**row_of(one, "T1", birth_date=None), **other}


def test_a_registered_death_of_that_day_tells_which_namesake_died() -> None:
    """Alone neither could be meant; the day settles it, in the explanation too."""
    old, young = two()
    row = without_birth(old, died_on="2018-05-06")
    assert asked(row, old, young)["decision"] == "unsure"
    found = asked(row, {**old, "died_on": "2018-05-06"}, {**young, "died_on": "2012-01-01"})
    assert (found["decision"], found["person_id"]) == ("same", old["person_id"])
    agreement = json.loads(found["agreement"])
    assert agreement["died"]["level"] == "same"
    assert agreement["stranger"]["weight"] < 0
    assert agreement["stranger"]["level"] == "settled"
    assert added_up(found["agreement"]) == found["log_odds"]


@pytest.mark.parametrize("died", ["2018-05-06", "2009-09-09"])
def test_a_registered_death_is_no_proof_against_a_stranger(died: str) -> None:
    """With one candidate the probability is what it would be without: the record may lie, and a stranger may bear the
    name."""
    one = two(division_code=VILLAGES[1])[0]
    row = without_birth(one, died_on="2018-05-06", division_code=VILLAGES[2])
    told = asked(row, {**one, "died_on": died})
    untold = asked(row, one)
    assert told["probability"] == pytest.approx(untold["probability"], abs=0.02)
    assert json.loads(told["agreement"])["stranger"]["level"] == "as_likely"


def test_what_happened_to_a_grown_person_is_not_a_namesakes_child() -> None:
    """Three years old on the day is weighed; a row with a birth date of its own has said so already."""
    grown = two()[0]
    child = {**two()[1], "birth_date": "2015-02-03", "person_id": "519921201502032033"}
    others = [person(400 + n, birth_date=f"2012-0{1 + n % 9}-11") for n in range(20)]
    found = asked(without_birth(grown, effective_on="2018-05-06"), grown, child, *others)
    assert (found["decision"], found["person_id"]) == ("same", grown["person_id"])
    assert json.loads(found["agreement"])["age"]["level"] == "grown"
    dated = asked({**row_of(child, "T1"), "effective_on": "2018-05-06"}, grown, child)
    assert dated["person_id"] == child["person_id"]
    assert json.loads(dated["agreement"])["age"]["level"] == "unknown"


def test_old_codes_tell_namesakes_of_a_merged_village_apart() -> None:
    """Where lists give the code of before the merger, who has that code is meant; the new code alone will do too."""
    here, there = two(division_code="519921104200")[0], two(division_code="519921104201")[1]
    others = [person(400 + n, division_code=f"51992110420{n % 2}") for n in range(60)]
    rows = [row_of(one, f"Q{n}") for n, one in enumerate(others[:30])]
    rows += [row_of(one, f"P{n}") for n, one in enumerate(PEOPLE[:40])]

    def found(row: dict[str, Any], *people: dict[str, Any]) -> dict[str, Any]:
        lists = replace(tables([*rows, row], [*PEOPLE, *others, *people]), divisions=MERGED)
        return by_row(link(lists, small()))["T1"]

    old = found(without_birth(here), here, there)
    assert (old["decision"], old["person_id"]) == ("same", here["person_id"])
    new = found(row_of(here, "T1", division_code="519921104260"), here, there)
    assert (new["decision"], new["person_id"]) == ("same", here["person_id"])
    assert json.loads(new["agreement"])["place"]["level"] == "merged_village"


def test_a_village_that_only_changed_its_code_is_one_place() -> None:
    """A successor that began later and took in nobody else; one that took in two, or was there before, merged."""
    rows = [
        ("519921104200", "2000-01-01", "519921109200"),
        ("519921109200", "2018-01-01", None),
        ("519921104201", "2000-01-01", "519921109201"),
        ("519921104202", "2000-01-01", "519921109201"),
        ("519921109201", "2018-01-01", None),
        ("519921104203", "2000-01-01", "519921104204"),
        ("519921104204", "2000-01-01", None),
    ]
    tree = Divisions.of(
        pa.Table.from_pylist(
            [
                {"division_code": code, "level": "village", "name": "", "valid_from": begun, "successor_code": after}
                for code, begun, after in ((c, dt.date.fromisoformat(b), a) for c, b, a in rows)
            ]
        )
    )
    assert tree.renamed == {"519921104200": "519921109200"}
    assert tree.own_village("519921104200") == "519921109200"
    for merged in ("519921104201", "519921104203"):
        assert tree.own_village(merged) == merged != tree.village(merged)


def test_a_village_named_in_an_address_in_latin_script_stands_for_the_code() -> None:
    """By whole words, numbers among them; another name in it, or a number that only begins alike, does not count."""
    towns = pa.array([None] * 7 + ["519921105000"], pa.string())
    addresses = pa.array(
        ["Hamlet 25, 5", "7 SANTA-RITA", "Hamlet 251", "Hamlet", "quintasantaritax", None, "Santa Rita, Hamlet 2",
         "Santa Rita 3, Hamlet 7"],
        pa.string(),
    )  # fmt: skip
    found = MERGED.named(addresses, towns).to_pylist()
    assert found[:2] == ["519921104260", "519921105200"]
    assert found[2:6] == [None] * 4
    assert found[6:] == [None, "519921105200"]


def test_a_row_without_a_village_lives_where_its_address_says() -> None:
    """Candidates and the place come from there, unless the row's own township says otherwise."""
    one = person(200, name="Ana Rocha", sex="F", division_code="519921105200")
    others = [
        person(210 + n, name="Ana Rocha", sex="F", division_code=VILLAGES[n % 4], birth_date=f"19{40 + n}-01-02")
        for n in range(45)
    ]
    row = {**row_of(one, "T1", birth_date=None, division_code=None), "address": "12, Santa Rita"}
    found = asked(row, one, *others, divisions=MERGED)
    assert found["person_id"] == one["person_id"]
    assert json.loads(found["agreement"])["place"]["level"] == "same_village"
    elsewhere = asked({**row, "division_code": "519921101000"}, one, *others, divisions=MERGED)
    assert elsewhere["decision"] != "same"


@pytest.mark.parametrize("sex", ["F", None])
def test_a_name_alone_is_a_question_however_well_the_list_fits(sex: str | None) -> None:
    """All forty other rows mean somebody here, and nobody else bears the name: still below the lowest line."""
    rare = person(300, name="夏侯惊雷", sex="F")
    found = asked({**row_of(rare, "N1", birth_date=None, division_code=None), "sex": sex}, rare)
    assert found["decision"] == "unsure"
    assert found["probability"] < 0.5
    assert json.loads(found["agreement"])["name_alone"]["weight"] < 0
    assert added_up(found["agreement"]) == found["log_odds"]


def test_a_year_counted_in_days_is_a_year_off() -> None:
    """365 days before a day after a leap day fall on the day before."""
    one = person(200, name="唐文武", birth_date="1987-03-11")
    found = asked(row_of(one, "T1", birth_date="1988-03-10"), one)
    assert json.loads(found["agreement"])["birth"]["level"] == "year_off"
    assert (found["decision"], found["person_id"]) == ("same", one["person_id"])


def model_of(linked: float, roles: tuple[Role, ...], weights: list[list[float]]) -> Model:
    """Three levels a field with these weights."""
    comparisons = tuple(
        Comparison(f"f{n}", "", tuple(Level(key, "", "", 0.1) for key in "abc"), role) for n, role in enumerate(roles)
    )
    u = {c.field: np.full(3, 0.1) for c in comparisons}
    m = {c.field: 0.1 * np.exp(np.array(w)) for c, w in zip(comparisons, weights, strict=True)}
    return Model(comparisons, m, u, {c.field: np.full(3, np.nan) for c in comparisons}, linked, 1000, 100)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 2), st.integers(-1, 2)), min_size=1, max_size=25),
    st.lists(st.floats(-9, 9), min_size=6, max_size=6),
)
def test_what_settles_moves_persons_and_never_the_odds_of_somebody(
    pairs: list[tuple[int, int, int]], weights: list[float]
) -> None:
    """All candidates of a row together weigh as much with the field as without it; among themselves they move by it."""
    pairs.sort()
    compared = Compared(
        np.array([p[0] for p in pairs], np.int32),
        np.arange(len(pairs), dtype=np.int32),
        np.array([p[1:] for p in pairs], np.int8),
        np.full((len(pairs), 2), np.nan),
    )
    both = model_of(0.8, ("tells", "settles"), [weights[:3], weights[3:]])
    plain = model_of(0.8, ("tells", "tells"), [weights[:3], [0.0, 0.0, 0.0]])
    with_it, without = both.scores(compared) / UNIT, plain.scores(compared) / UNIT
    moved = np.append(both.weights("f1"), 0)[compared.levels[:, 1]] / UNIT
    for row in set(compared.row.tolist()):
        mine = compared.row == row
        assert np.log(np.exp(with_it[mine]).sum()) == pytest.approx(np.log(np.exp(without[mine]).sum()), abs=2e-4)
        assert np.ptp((with_it - without - moved)[mine]) == pytest.approx(0, abs=1e-9)


def test_the_prior_is_one_person_against_nobody() -> None:
    """A row means somebody here at 0.8: each of a thousand persons has odds of 0.8 / 0.2 in a thousand."""
    assert model_of(0.8, ("tells",), [[0, 0, 0]]).prior == round(np.log(0.8 / 0.2 / 1000) * UNIT)


def test_strangers_are_expected_in_any_list() -> None:
    """Every row has a perfect candidate: the share of rows with somebody stays at the policy's limit."""
    rows = 400
    comparisons = (Comparison("f", "", tuple(Level(key, "", "", m) for key, m in (("a", 0.9), ("b", 0.1)))),)
    compared = Compared(
        np.arange(rows, dtype=np.int32),
        np.zeros(rows, np.int32),
        np.zeros((rows, 1), np.int8),
        np.full((rows, 1), np.nan),
    )
    patterns, counts = np.array([[0], [1]], np.int8), np.array([1, 10**7])
    for limit in (0.95, 0.8):
        spec = replace(load_spec(), linked_at_most=limit)
        assert learn(compared, patterns, counts, {}, comparisons, spec, rows=rows, persons=rows).linked == limit


def test_what_cannot_be_is_not_learned_from_rows_linked_wrongly() -> None:
    """Every candidate was born after the fact: the share of such true pairs stays what was shipped."""
    age = next(comparison_of(field) for field in load_spec().fields if field.kind == "age")
    rows = 400
    compared = Compared(
        np.arange(rows, dtype=np.int32),
        np.zeros(rows, np.int32),
        np.full((rows, 1), 2, np.int8),
        np.full((rows, 1), np.nan),
    )
    patterns, counts = np.array([[0], [1], [2]], np.int8), np.array([900, 90, 10])
    found = learn(compared, patterns, counts, {}, (age,), load_spec(), rows=rows, persons=10).m["age"]
    assert found[2] == pytest.approx(age.levels[2].m, rel=1e-4)
    assert found.sum() == pytest.approx(1, abs=1e-5)


def test_what_each_kind_of_field_tells() -> None:
    """A name, a sex, an age leave a stranger open; a day both sides know settles; all else tells."""
    roles = {field.name: comparison_of(field).role for field in load_spec().fields}
    assert {name for name, role in roles.items() if role == "leaves_open"} == {"name", "sex", "age"}
    assert {name for name, role in roles.items() if role == "settles"} == {"died"}


def test_lists_without_the_new_columns_are_matched_as_before() -> None:
    """`died_on` and `effective_on` are missing on both sides: two fields say nothing."""
    lists = tables([row_of(PEOPLE[n], f"R{n}") for n in range(5)], PEOPLE)
    assert not set(KNOWN) & {*lists.left.column_names, *lists.right.column_names}
    for row in link(Lists(lists.left, lists.right), small()).matches.to_pylist():
        agreement = json.loads(row["agreement"])
        assert {agreement[name]["level"] for name in ("died", "age")} == {"unknown"}
