"""Identity numbers: tidied, in the old form, and repaired only where check character and name allow."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.matching import exact, store
from features.matching.divisions import Divisions
from features.matching.fields import Reader
from tests.matching.lists import number, person, row_of, small, tables

sound_numbers = st.builds(
    lambda day, sequence: number(f"19{day // 336 % 90 + 10:02d}{day // 28 % 12 + 1:02d}{day % 28 + 1:02d}", sequence),
    st.integers(0, 30_000),
    st.integers(1, 999),
)


@given(sound_numbers, st.integers(0, 17), st.integers(1, 9))
def test_every_one_digit_slip_finds_its_number_again(good: str, place: int, by: int) -> None:
    """The number meant is among the neighbours, which are few and all sound."""
    digit = "0123456789X"[("0123456789X".index(good[place]) + by) % (11 if place == 17 else 10)]
    bad = good[:place] + digit + good[place + 1 :]
    near = list(exact.neighbours(bad))
    assert good in near
    assert len(near) <= 40
    assert all(exact.is_sound(n) for n in near)


@given(sound_numbers, st.integers(0, 15))
def test_swapped_neighbours_are_undone(good: str, place: int) -> None:
    """Two digits in the wrong order."""
    bad = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
    assert bad == good or good in set(exact.neighbours(bad))


@given(sound_numbers)
def test_the_old_form_leads_back(good: str) -> None:
    """15 digits and 18 characters of one born 19xx are one number."""
    assert exact.long_form(exact.short_form(good)) == good
    assert len(set(exact.neighbours(exact.short_form(good)))) == 135


def resolved(typed: str, **other: Any) -> tuple[str | None, str | None]:
    """The number taken and how, for a row about person 3 among thirty."""
    people = [person(n) for n in range(30)]
    lists = tables([row_of(people[3], "R1", id_number=typed, **other)], people)
    with store.opened(40) as con:
        store.fill(con, Reader(small(), Divisions()), lists.left, lists.right)
        return tuple(con.execute("SELECT id_number, id_number_how FROM l").fetchall()[0])


GOOD = person(3)["person_id"]
SHORT = exact.short_form(GOOD)


def slip(number_typed: str, place: int) -> str:
    """Another digit at a place."""
    return number_typed[:place] + str((int(number_typed[place]) + 3) % 10) + number_typed[place + 1 :]


@pytest.mark.parametrize(
    ("typed", "how"),
    [
        (GOOD, "as_given"),
        (GOOD.translate({48 + d: 0xFF10 + d for d in range(10)}), "rewritten"),
        (f" {GOOD[:6]} {GOOD[6:14]} {GOOD[14:]}".lower(), "rewritten"),
        (SHORT, "old_form"),
        (slip(GOOD, 10), "repaired"),
        (slip(SHORT, 9), "repaired"),
    ],
)
def test_each_way_a_number_is_read_has_its_name(typed: str, how: str) -> None:
    """And leads to the same person."""
    assert resolved(typed) == (GOOD, how)


def test_a_repair_needs_the_name() -> None:
    """A bad number near a person of another name, or of no name, stays bad."""
    bad = slip(GOOD, 10)
    assert resolved(bad, name="司马光明") == (None, "broken")
    assert resolved(bad, name=None) == (None, "broken")


def test_a_sound_number_of_nobody_here_is_not_repaired() -> None:
    """It belongs to somebody else, however near it lies."""
    other = number("1950-01-01", 999)
    assert resolved(other) == (None, "sound")


def test_two_persons_that_fit_repair_nothing() -> None:
    """Where two neighbours are persons of the row's name, nobody is picked."""
    first = person(3)
    typed = slip(first["person_id"], 10)
    twin = next(n for n in exact.neighbours(typed) if n != first["person_id"])
    people = [first, person(4, person_id=twin, name=first["name"])]
    lists = tables([row_of(first, "R1", id_number=typed)], people)
    with store.opened(10) as con:
        store.fill(con, Reader(small(), Divisions()), lists.left, lists.right)
        assert con.execute("SELECT id_number, id_number_how FROM l").fetchall() == [(None, "broken")]
