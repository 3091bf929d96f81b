"""Facts about numbers, against slow and plain versions of the same rules."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from features.intake.identity_number import (
    Digits,
    embedded_birth,
    embedded_sex,
    is_birth_other,
    is_checksum_ok,
    is_luhn_ok,
    is_old_number,
    is_sex_other,
    slip_distance,
)

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
numbers = st.one_of(
    st.none(),
    st.from_regex(r"5199[0-9]{13}[0-9Xx]", fullmatch=True),
    st.from_regex(r"519921(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9]{4}[0-9X]", fullmatch=True),
    st.from_regex(r"[0-9]{15}", fullmatch=True),
    st.text(max_size=25),
)


def plain_checksum(number: str | None) -> bool:
    """GB 11643 for one number."""
    number = half_width(number)
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        return False
    total = sum(int(c) * w for c, w in zip(number, WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()


def half_width(number: str | None) -> str:
    """Full-width digits and X as plain ones."""
    return "".join(
        chr(ord(c) - 0xFEE0) if c in "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff38\uff58" else c
        for c in number or ""
    )


def plain_birth(number: str | None) -> str:
    """Birth date inside one number, NaT where there is none."""
    number = half_width(number)
    text = "19" + number[6:12] if len(number) == 15 and number.isascii() and number.isdigit() else number[6:14]
    if len(number) not in (15, 18) or len(number.encode()) != len(number) or not text.isdigit() or len(text) != 8:
        return "NaT"
    try:
        day = datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return "NaT"
    return day.isoformat() if day.year >= 1000 else "NaT"


@given(st.lists(numbers, max_size=20))
def test_facts_equal_the_plain_rules(given_numbers: list[str | None]) -> None:
    assert is_checksum_ok(given_numbers).tolist() == [plain_checksum(n) for n in given_numbers]
    assert embedded_birth(given_numbers).astype(str).tolist() == [plain_birth(n) for n in given_numbers]
    array = pa.array(given_numbers, pa.string())
    padded = pa.concat_arrays([pa.array(["x", None]), array])[2:]
    for form in (array, pa.chunked_array([array]), array.dictionary_encode(), padded, array.cast(pa.large_string())):
        assert is_checksum_ok(form).tolist() == is_checksum_ok(given_numbers).tolist()
        assert embedded_sex(form).tolist() == embedded_sex(given_numbers).tolist()


@given(st.from_regex(r"5199[0-9]{13}", fullmatch=True), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_slip_breaks_the_checksum(stem: str, place: int, wrong: str) -> None:
    sound = stem + "10X98765432"[sum(int(c) * w for c, w in zip(stem, WEIGHTS, strict=True)) % 11]
    slipped = sound[:place] + wrong + sound[place + 1 :]
    assert is_checksum_ok([sound, slipped]).tolist() == [True, slipped == sound]
    assert slip_distance([sound], [slipped]).tolist() == [int(slipped != sound)]


@given(st.from_regex(r"[0-9]{15,18}", fullmatch=True), st.data())
def test_luhn_finds_every_single_slip(stem: str, data: st.DataObject) -> None:
    doubled = [int(c) * 2 if i % 2 == 0 else int(c) for i, c in enumerate(reversed(stem))]
    check = -sum(d - 9 if d > 9 else d for d in doubled) % 10
    sound = f"{stem}{check}"
    place = data.draw(st.integers(0, len(stem)))
    slipped = sound[:place] + str((int(sound[place]) + 1) % 10) + sound[place + 1 :]
    assert is_luhn_ok([sound, slipped, sound[:13], "x" * 17, None]).tolist() == [1, 0, -1, -1, -1]


def test_distance() -> None:
    mine = "519921195303041232"
    pairs = [
        (mine, mine, 0),
        (mine, mine[:-1] + "x", 1),
        (mine[:-1] + "X", mine[:-1] + "x", 0),
        (mine, "159921195303041232", 1),
        (mine, "519921195303041223", 1),
        (mine, "619921195303041231", 2),
        (mine, mine[:15], 2),
        (mine, None, -1),
        (mine, "y" * 30, -1),
    ]
    assert slip_distance([a for a, _, _ in pairs], [b for _, b, _ in pairs]).tolist() == [d for _, _, d in pairs]


def test_register_comparison_needs_both_sides() -> None:
    number = "519921195303041232"
    dates = np.array(["1953-03-04", "1953-03-05", "NaT", "1953-03-05"], "datetime64[D]")
    assert is_birth_other([number, number, number, None], dates).tolist() == [False, True, False, False]
    assert is_sex_other([number, number, number, "P1"], ["M", "F", None, "F"]).tolist() == [False, True, False, False]
    assert is_old_number(["519921530304123", number, None]).tolist() == [True, False, False]


def test_nothing_at_all() -> None:
    empty = Digits.of([])
    assert is_checksum_ok(empty).shape == embedded_birth(empty).shape == is_luhn_ok(empty).shape == (0,)
    assert is_checksum_ok([None, ""]).tolist() == [False, False]
