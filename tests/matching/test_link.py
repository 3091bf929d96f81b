"""The whole way on tiny lists: every row answered once, for reasons that add up, whatever the order."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.matching.blocking import BlockError
from features.matching.explain import added_up
from features.matching.link import SCHEMA, Links, Lists, decided_by, link
from features.matching.store import DuplicateIdError
from tests.matching.lists import by_row, number, person, row_of, small, tables
from tests.matching.test_names import HOSTILE

PEOPLE = [person(n) for n in range(120)]


def ordinary() -> Lists:
    """Forty rows about persons here with some slips, six about strangers."""
    rows = []
    for n in range(40):
        one = PEOPLE[n * 3]
        rows.append(row_of(one, f"R{n:02d}", id_number=one["person_id"] if n % 2 else None))
    rows[3] = row_of(PEOPLE[9], "R03", name="李青敏" if PEOPLE[9]["name"] == "李清敏" else PEOPLE[9]["name"][::-1])
    rows[4] = row_of(PEOPLE[12], "R04", birth_date=PEOPLE[12]["birth_date"][:8] + "29")
    for n in range(6):
        stranger = person(n, name=PEOPLE[n]["name"], birth_date=f"20{n:02d}-01-0{n + 1}")
        rows.append(row_of(stranger, f"S{n}", id_number=number(f"20{n:02d}-01-0{n + 1}", 7), division_code=None))
    return tables(rows, PEOPLE)


@pytest.fixture(scope="module")
def found() -> Links:
    """The ordinary lists, matched."""
    return link(ordinary(), small())


def test_every_row_is_answered_once(found: Links) -> None:
    """Rows in are rows out, in the order of identifiers, with the contract's columns."""
    assert found.matches.schema.equals(SCHEMA)
    assert found.matches.column("row_id").to_pylist() == sorted(ordinary().left["row_id"].to_pylist())
    assert sum(found.counts.values()) == 46


def test_who_is_meant_is_found_and_strangers_are_nobody(found: Links) -> None:
    """Also through a name misspelt and a date off by a digit."""
    matches = by_row(found)
    for n in range(40):
        assert matches[f"R{n:02d}"]["decision"] == "same", n
        assert matches[f"R{n:02d}"]["person_id"] == PEOPLE[n * 3]["person_id"]
    for n in range(6):
        assert (matches[f"S{n}"]["decision"], matches[f"S{n}"]["person_id"]) == ("none", None)


def test_reasons_add_up_to_the_log_odds(found: Links) -> None:
    """Exactly, in four decimals; and log-odds give the probability."""
    for row in found.matches.to_pylist():
        if row["log_odds"] is None:
            assert row["agreement"] == "{}"
            assert row["probability"] == 0.0
            continue
        assert added_up(row["agreement"]) == row["log_odds"]
        assert row["probability"] == pytest.approx(1 / (1 + np.exp(-row["log_odds"])), abs=1e-12)
        fields = {f.name for f in small().fields}
        assert fields <= set(json.loads(row["agreement"]))


def test_a_second_run_and_another_order_change_nothing(found: Links) -> None:
    """Byte for byte."""
    lists = ordinary()
    rng = np.random.default_rng(4)
    shuffled = replace(
        lists,
        left=lists.left.take(pa.array(rng.permutation(lists.left.num_rows))),
        right=lists.right.take(pa.array(rng.permutation(lists.right.num_rows))),
    )
    assert link(lists, small()).matches.equals(found.matches)
    assert link(shuffled, small()).matches.equals(found.matches)


def test_one_thread_and_two_give_the_same(found: Links) -> None:
    """Work shared out otherwise changes no number."""
    assert link(ordinary(), small(), threads=1).matches.equals(found.matches)


def test_parts_change_nothing(found: Links, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether all pairs are compared at once or a few rows at a time."""
    monkeypatch.setattr("features.matching.link.PART_PAIRS", 20)
    assert found.pairs > 60
    assert link(ordinary(), small()).matches.equals(found.matches)


def test_two_equally_good_persons_are_left_to_people() -> None:
    """`unsure`, both named, although the shared probability is low."""
    twins = [person(200 + n, name="唐文武", birth_date="1961-03-09", sex="M", division_code="519921101200") for n in (0, 2)]  # fmt: skip  # noqa: E501
    lists = ordinary()
    rows = [*lists.left.to_pylist(), row_of(twins[0], "T1")]
    matches = by_row(link(tables(rows, [*PEOPLE, *twins]), small()))
    agreement = json.loads(matches["T1"]["agreement"])
    assert matches["T1"]["decision"] == "unsure"
    assert {matches["T1"]["person_id"], *agreement["rivals"]["persons"]} == {t["person_id"] for t in twins}
    assert added_up(matches["T1"]["agreement"]) == matches["T1"]["log_odds"]
    assert matches["T1"]["probability"] <= 0.5


def test_several_rows_may_mean_one_person() -> None:
    """A person can die after buying a car: rows do not compete with one another."""
    lists = ordinary()
    rows = [*lists.left.to_pylist(), row_of(PEOPLE[0], "Z1"), row_of(PEOPLE[0], "Z2", id_number=PEOPLE[0]["person_id"])]
    matches = by_row(link(tables(rows, PEOPLE), small()))
    assert {matches[r]["person_id"] for r in ("R00", "Z1", "Z2")} == {PEOPLE[0]["person_id"]}


def test_a_name_alone_is_never_same() -> None:
    """Nothing else agrees, nothing disagrees: a question, however rare the name."""
    rare = person(300, name="夏侯惊雷")
    nothing = dict.fromkeys(("sex", "birth_date", "division_code"))
    rows = [*ordinary().left.to_pylist(), row_of(rare, "N1", **nothing)]
    assert by_row(link(tables(rows, [*PEOPLE, rare]), small()))["N1"]["decision"] != "same"


def test_a_number_with_another_name_and_sex_is_a_question() -> None:
    """A borrowed number does not make one person of two."""
    one = PEOPLE[1]
    rows = [
        *ordinary().left.to_pylist(),
        row_of(one, "B1", id_number=one["person_id"], name="司马光明", sex="M" if one["sex"] == "F" else "F",
               birth_date=None, division_code=None),
    ]  # fmt: skip
    assert by_row(link(tables(rows, PEOPLE), small()))["B1"]["decision"] != "same"


def test_hostile_values_are_compared_like_others() -> None:
    """No text of a list stops the work, is run, or is lost."""
    rows = [row_of(PEOPLE[n], f"H{n:02d}", name=text, address=text, phone=text, id_number=text, division_code=text) for n, text in enumerate(HOSTILE)]  # fmt: skip  # noqa: E501
    rows.extend(ordinary().left.to_pylist())
    people = [*PEOPLE, person(400, name="'; DROP TABLE r; --")]
    matches = by_row(link(tables(rows, people), small()))
    assert len(matches) == len(rows)
    assert matches["R00"]["decision"] == "same"


@settings(max_examples=8)
@given(st.lists(st.tuples(st.integers(0, 119), st.sampled_from(["name", "sex", "birth_date", "division_code"])), max_size=25))  # fmt: skip  # noqa: E501
def test_whatever_is_missing_rows_are_kept(gaps: list[tuple[int, str]]) -> None:
    """Any gaps in any columns: one answer a row, sums exact, `same` only with a person."""
    rows = [row_of(PEOPLE[n], f"R{k:02d}", **{gap: None}) for k, (n, gap) in enumerate(gaps)]
    rows.append(row_of(PEOPLE[5], "X"))
    found = link(tables(rows, PEOPLE), small(rounds=3))
    assert found.matches.num_rows == len(rows)
    for row in found.matches.to_pylist():
        assert (row["person_id"] is None) == (row["decision"] == "none")
        assert row["log_odds"] is None or added_up(row["agreement"]) == row["log_odds"]


def test_rows_without_anything_to_compare_are_nobody() -> None:
    """No key, no candidate, no log-odds."""
    empty = dict.fromkeys(("name", "sex", "birth_date", "division_code"))
    row = by_row(link(tables([row_of(PEOPLE[0], "E", **empty)], PEOPLE), small()))["E"]
    assert (row["decision"], row["person_id"], row["probability"], row["log_odds"]) == ("none", None, 0.0, None)


def test_identifiers_that_stand_twice_stop_the_work_and_are_not_told() -> None:
    """The message counts them."""
    lists = tables([row_of(PEOPLE[0], "R1"), row_of(PEOPLE[1], "R1")], PEOPLE)
    with pytest.raises(DuplicateIdError, match="left list has 1 rows") as caught:
        link(lists, small())
    assert "R1" not in str(caught.value)


def test_a_block_of_an_unknown_column_is_named() -> None:
    """With the columns there are."""
    with pytest.raises(BlockError, match=r"'nmae'.*name_sound"):
        link(ordinary(), small(blocks=(("nmae",),)))


def test_other_lines_decide_otherwise_and_ties_stay(found: Links) -> None:
    """The same links, a stricter line: fewer `same`, no row lost."""
    strict = decided_by(found, 0.9999999, 0.0001)
    assert strict.counts["same"] <= found.counts["same"]
    assert sum(strict.counts.values()) == 46
    again = decided_by(strict, small().same_probability, small().none_probability)
    assert again.matches.equals(found.matches)
