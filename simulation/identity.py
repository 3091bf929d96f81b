"""Identity numbers (GB 11643) and card numbers that are valid in form and belong to nobody."""

from __future__ import annotations

from typing import cast

import numpy as np

from simulation._clock import calendar
from simulation._frame import Array, Bools, Ints

_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_CHECK = np.array(list("10X98765432"), dtype=object)
_POWERS = 10 ** np.arange(16, -1, -1, dtype=np.int64)


def check_characters(body: Ints) -> Array:
    """The 18th character for each 17-digit body (as a number). Shape (n,), object."""
    digits = body[:, None] // _POWERS % 10
    return cast(Array, _CHECK[digits @ _WEIGHTS % 11])


def numbers(rng: np.random.Generator, county: Ints, birth: Ints, female: Bools, taken: set[int]) -> Array:
    """An 18-character number for each person, distinct from each other and from `taken` (17-digit bodies, extended).

    `county` is the 6-digit code of first registration, `birth` a day number.
    """
    year, month, day = calendar(birth)
    stem = (county * 10**8 + year * 10_000 + month * 100 + day) * 1000
    body = stem + _sequence(rng, female)
    while True:
        _, first = np.unique(body, return_index=True)
        clash = np.ones(len(body), dtype=bool)
        clash[first] = False
        if taken:
            clash |= np.fromiter((int(b) in taken for b in body), dtype=bool, count=len(body))
        if not clash.any():
            break
        body[clash] = stem[clash] + _sequence(rng, female[clash])
    taken.update(body.tolist())
    return np.array([f"{b:017d}{c}" for b, c in zip(body.tolist(), check_characters(body), strict=True)], dtype=object)


def _sequence(rng: np.random.Generator, female: Bools) -> Ints:
    """Three digits, odd for men and even for women."""
    return rng.integers(0, 499, len(female)) * 2 + np.where(female, 2, 1)


def old_number(number: str) -> str:
    """The 15-digit form in use before 1999: no century, no check character."""
    return number[:6] + number[8:17]


def slipped(rng: np.random.Generator, number: str) -> str:
    """The number with one wrong digit in its last twelve, as a typing clerk leaves it."""
    at = int(rng.integers(6, len(number) - 1))
    digit = str((int(number[at]) + int(rng.integers(1, 10))) % 10)
    return number[:at] + digit + number[at + 1 :]


def invented(rng: np.random.Generator, county: int, birth: int, female: bool, way: int) -> str:
    """A number nobody has; `way`: a wrong check character (0), an impossible birth (1), a wrong sex digit (2)."""
    year, month, day = (int(x[0]) for x in calendar(np.array([birth])))
    sequence = int(rng.integers(0, 499)) * 2 + (2 if female else 1)
    if way == 1:
        month, day = (2, 30) if rng.random() < 0.5 else (13, day)
    if way == 2:
        sequence = sequence - 1 if female else sequence + 1
    body = np.array([((county * 10**8 + year * 10_000 + month * 100 + day) * 1000) + sequence], dtype=np.int64)
    check = str(check_characters(body)[0])
    if way == 0:
        check = "10X98765432"[("10X98765432".index(check) + int(rng.integers(1, 11))) % 11]
    return f"{int(body[0]):017d}{check}"


def luhn_numbers(prefix: Array, body: Ints, body_digits: int) -> Array:
    """Card numbers `prefix + body + check digit` whose Luhn sum is a multiple of ten. Shape (n,), object."""
    stems = [f"{p}{b:0{body_digits}d}" for p, b in zip(prefix, body.tolist(), strict=True)]
    if not stems:
        return np.empty(0, dtype=object)
    out: list[str] = []
    for stem in stems:
        total = 0
        for place, ch in enumerate(reversed(stem)):
            digit = int(ch)
            if place % 2 == 0:
                digit = digit * 2 - 9 if digit > 4 else digit * 2
            total += digit
        out.append(stem + str(-total % 10))
    return np.array(out, dtype=object)
