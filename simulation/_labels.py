"""Truth marks as whole numbers: a bit for each typology, a number for each role."""

from __future__ import annotations

from typing import cast

import numpy as np

from simulation._frame import Array, Ints

CODES: tuple[str, ...] = tuple(f"T{n:02d}" for n in (*range(1, 16), *range(17, 44), 45))
ROLES: tuple[str, ...] = ("", "official", "agent", "household", "department", "data_error")
OFFICIAL, AGENT, HOUSEHOLD, DEPARTMENT, DATA_ERROR = range(1, 6)
_BIT = {code: 1 << i for i, code in enumerate(CODES)}


def bits(codes: str) -> int:
    """The set of typologies named in `codes` (joined by `|`) as one number. Raises KeyError on an unknown code."""
    total = 0
    for code in codes.split("|"):
        total |= _BIT[code]
    return total


def number(code: str) -> int:
    """1 + the place of `code` in CODES; 0 is kept for none."""
    return CODES.index(code) + 1


def names(marks: Array) -> Array:
    """Each set of typologies written as codes joined by `|`, None where empty. Shape (n,), object."""
    distinct, place = np.unique(marks, return_inverse=True)
    words = np.array(["|".join(c for c in CODES if _BIT[c] & int(m)) or None for m in distinct], dtype=object)
    return words[place]


def has(marks: Array, code: str) -> Array:
    """Whether each set holds `code`."""
    return cast(Array, (marks & _BIT[code]) != 0)


def look_names(numbers: Ints) -> Array:
    """The code behind each look-alike number, None for 0. Shape (n,), object."""
    return np.array([None, *CODES], dtype=object)[numbers]
