"""Names made comparable, and columns made of a list."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.matching import names
from features.matching.divisions import Divisions
from features.matching.fields import Reader
from features.matching.spec import load_spec
from tests.matching.lists import person, row_of, tables

HOSTILE = (
    "",
    "   ",
    "·",
    "'; DROP TABLE l; --",
    "\x00",
    "a" * 5000,
    "𠮷",
    "👩‍👩‍👧",
    "\u202e反",
    '"quoted"',
    "%_",
    "NULL",
)


@pytest.mark.parametrize(
    ("one", "other"),
    [("阿木·呷", "阿木呷"), ("阿木•呷", "阿木 呷"), ("Ｏ'Brien", "obrien"), ("Núñez", "nunez")],  # noqa: RUF001
)
def test_writing_that_only_typing_adds_is_left_out(one: str, other: str) -> None:
    """Dots, blanks, width, case and accents."""
    assert names.written(one) == names.written(other)


@pytest.mark.parametrize(("one", "other"), [("张裙静", "张群静"), ("蔡囯世", "蔡国世"), ("萧大斌", "肖大斌")])
def test_homophones_sound_alike(one: str, other: str) -> None:
    """Characters a clerk takes for one another by ear."""
    assert names.sound(one) == names.sound(other)


@pytest.mark.parametrize(("one", "other"), [("刘素", "刘数"), ("李兰", "李南"), ("胡琴", "符勤"), ("王静", "王进")])
def test_near_homophones_are_told_apart_only_by_the_stricter_sound(one: str, other: str) -> None:
    """n and l, f and h, s and sh, in and ing."""
    assert names.near_sound(one) == names.near_sound(other)
    assert names.sound(one) != names.sound(other)


@given(st.text(max_size=12))
def test_every_text_has_keys_that_do_not_change_when_made_again(text: str) -> None:
    """No text breaks a key; what is written stays what it is when written again."""
    for maker in (names.written, names.sound, names.near_sound, names.surname, names.in_order, names.shape):
        assert isinstance(maker(text), str)
    once = names.written(text)
    assert names.written(once) == once
    assert len(names.shape(text)) == len(text)


@given(st.lists(st.one_of(st.none(), st.text(max_size=6)), max_size=20))
def test_columns_by_value_are_those_of_each_value(values: list[str | None]) -> None:
    """Working on distinct values gives what one by one would."""
    made = names.by_value(pa.array(values, pa.string()), {"x": names.written})["x"].to_pylist()
    assert made == [(names.written(v) or None) if v is not None else None for v in values]


def test_hostile_values_become_columns_of_the_lists_length() -> None:
    """Nothing a list may hold stops it or changes the number of rows."""
    rows = [row_of(person(0), f"R{n}", **dict.fromkeys(("name", "birth_date", "id_number", "phone", "division_code", "address"), text)) for n, text in enumerate(HOSTILE)]  # fmt: skip  # noqa: E501
    lists = tables(rows, [person(0)])
    made = Reader(load_spec(), Divisions()).columns(lists.left, "left")
    assert {len(column) for column in made.values()} == {len(HOSTILE)}
    other = Reader(load_spec(), Divisions()).columns(lists.right, "right")
    assert set(made) == set(other)


def tree() -> Divisions:
    """A township of three villages, two of them merged into a new one; one name stands in two townships."""
    rows = [
        ("519921000000", None, "清禾县", "county", None),
        ("519921101000", "519921000000", "石板镇", "township", None),
        ("519921102000", "519921000000", "云台镇", "township", None),
        ("519921101200", "519921101000", "上岩村", "village", "519921101260"),
        ("519921101201", "519921101000", "下岩村", "village", "519921101260"),
        ("519921101260", "519921101000", "岩村", "village", None),
        ("519921102200", "519921102000", "上岩村", "village", None),
        ("519921102201", "519921102000", "坏环村", "village", "519921102202"),
        ("519921102202", "519921102000", "环坏村", "village", "519921102201"),
    ]
    keys = ("division_code", "parent_code", "name", "level", "successor_code")
    return Divisions.of(pa.Table.from_pylist([dict(zip(keys, row, strict=True)) for row in rows]))


def test_places_are_followed_through_mergers() -> None:
    """Old codes and the new one are one village; a township's code names no village; a circle ends."""
    places = tree()
    assert places.village("519921101200") == places.village("519921101201") == "519921101260"
    assert places.village("519921101000") == ""
    assert places.town("519921101200") == "519921101000"
    assert places.county("519921101201") == "519921000000"
    assert places.village("519921102201") in ("519921102201", "519921102202")
    assert places.town("999999999999") == "999999999"


def test_an_address_names_a_village_where_only_one_can_be_meant() -> None:
    """The longest name inside counts; a name of two villages needs the row's township."""
    towns = pa.array(["519921101000", None, None, "519921102000", None], pa.string())
    addresses = pa.array(["石板镇下岩村5组", "下岩村十二组", "上岩村1组", "上岩村1组", None], pa.string())
    found = tree().named(addresses, towns).to_pylist()
    assert found == ["519921101260", "519921101260", None, "519921102200", None]


@pytest.mark.parametrize(
    ("text", "day", "month"),
    [("1966-05-27", 27, 5), ("19660527", 27, 5), ("27.5.1966", 27, 5), ("1966/5/7", 7, 5), ("1966-13-45", 45, 13)],
)
def test_dates_are_read_as_written(text: str, day: int, month: int) -> None:
    """Also days no calendar has: they are compared digit by digit, and have no day number."""
    lists = tables([row_of(person(0), "R1", birth_date=text)], [person(0)])
    made = Reader(load_spec(), Divisions()).columns(lists.left, "left")
    assert (made["birth_dom"][0].as_py(), made["birth_month"][0].as_py()) == (day, month)
    assert (made["birth_day"][0].as_py() is None) == (month > 12)
