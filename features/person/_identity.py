"""What an identity number says by itself: form, check digit, date of birth, and how near two numbers are.

A resident identity number (GB 11643) has 18 characters: 6 address, 8 birth, 3 sequence, 1 check. Numbers of 15 digits
are the form before 1999: no century, no check digit. Anything else is taken for an agreed pseudonym: it says nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.asof import View
from features.asof.grows import by_code
from features.asof.ledger import LedgerTable

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
Digits = NDArray[np.uint8]

WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)
LENGTH = 18
OLD_LENGTH = 15
OLD_CENTURY = 1900
PSEUDONYM, GOOD, BAD_CHECK, BAD_DATE, OLD = range(5)


class Identities(NamedTuple):
    """Facts by person code, one more row at the end for code -1: characters, form, birth (local days, NaN unknown)."""

    characters: Digits
    form: Float
    birth: Float


def identities(view: View) -> Identities:
    """Facts of every identity number the ledger mentions, computed once for the ledger."""
    table = view.ledger.tables["persons"]
    packed = np.asarray(table.derived("identity_characters", _characters))
    form = np.asarray(table.derived("identity_form", _form), dtype=np.float64)
    birth = np.asarray(table.derived("identity_birth", _birth), dtype=np.float64)
    return Identities(packed.view(np.uint8).reshape(-1, LENGTH), form, birth)


@njit(cache=True, nogil=True)
def alike(characters: Digits, form: Float, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether two numbers (person codes, shape (k,)) are one slip apart or the old and the new form of each other.

    A slip is one character, or two neighbours changed about. The 15-digit form of a number has its address and its
    birth and sequence without century and check digit.
    """
    out = np.zeros(first.shape[0], np.bool_)
    for i in range(first.shape[0]):
        one, other = characters[first[i]], characters[second[i]]
        unlike = 0
        place = 0
        for k in range(LENGTH):
            if one[k] != other[k]:
                if unlike == 0:
                    place = k
                unlike += 1
        if unlike == 1:
            out[i] = True
        elif unlike == 2 and place + 1 < LENGTH:
            out[i] = one[place] == other[place + 1] and one[place + 1] == other[place]
        if not out[i]:
            a, b = form[first[i]], form[second[i]]
            if b == OLD and a != OLD:
                one, other = other, one
                a, b = b, a
            if a == OLD and b != OLD and b != PSEUDONYM:
                same = True
                for k in range(6):
                    same = same and one[k] == other[k]
                for k in range(6, 15):
                    same = same and one[k] == other[k + 2]
                out[i] = same
    return out


def _packed(values: list[str | None]) -> NDArray[np.bytes_]:
    """Numbers of the two lengths as fixed-width text, others empty; one more entry at the end, empty."""
    good = [v if v and v.isascii() and len(v) in (LENGTH, OLD_LENGTH) else "" for v in values]
    return np.array([*good, ""], dtype=f"S{LENGTH}")


def _new_characters(table: LedgerTable, arrived: LedgerTable, values: NDArray[np.bytes_], first: int) -> None:
    words = table.ledger.vocabulary("person")
    values[first:] = _packed(words.decode(np.arange(first, len(words))))


@by_code("person", _new_characters)
def _characters(table: LedgerTable) -> NDArray[np.bytes_]:
    return _packed(table.ledger.vocabulary("person").values.to_pylist())


def _matrix(table: LedgerTable, first: int = 0) -> Digits:
    packed = np.asarray(table.derived("identity_characters", _characters))[first:]
    return np.ascontiguousarray(packed).view(np.uint8).reshape(-1, LENGTH)


def _new_forms(table: LedgerTable, arrived: LedgerTable, values: Float, first: int) -> None:
    values[first:] = _forms(_matrix(table, first), table.derived("identity_birth", _birth)[first:])


@by_code("person", _new_forms)
def _form(table: LedgerTable) -> Float:
    return _forms(_matrix(table), table.derived("identity_birth", _birth))


def _forms(characters: Digits, birth: Float) -> Float:
    digit = (characters >= ord("0")) & (characters <= ord("9"))
    long = digit[:, :17].all(axis=1) & (digit[:, 17] | (characters[:, 17] == ord("X")))
    old = digit[:, :OLD_LENGTH].all(axis=1) & (characters[:, OLD_LENGTH:] == 0).all(axis=1)
    numbers = np.where(digit, characters - ord("0"), 0).astype(np.int64)
    check = CHECKS[(numbers[:, :17] * WEIGHTS).sum(axis=1) % 11]
    form = np.full(len(characters), PSEUDONYM)
    form[long] = GOOD
    form[long & (check != characters[:, 17])] = BAD_CHECK
    form[old] = OLD
    form[long & np.isnan(birth)] = BAD_DATE
    return form.astype(np.float64)


def _new_births(table: LedgerTable, arrived: LedgerTable, values: Float, first: int) -> None:
    values[first:] = _births(_matrix(table, first))


@by_code("person", _new_births)
def _birth(table: LedgerTable) -> Float:
    return _births(_matrix(table))


def _births(characters: Digits) -> Float:
    digit = (characters >= ord("0")) & (characters <= ord("9"))
    numbers = np.where(digit, characters - ord("0"), 0).astype(np.int64)
    old = (characters[:, OLD_LENGTH:] == 0).all(axis=1)
    start = np.where(old, 6, 8)
    place = np.arange(len(characters))

    def tens(k: int) -> NDArray[np.int64]:
        both: NDArray[np.int64] = numbers[place, start + k] * 10 + numbers[place, start + k + 1]
        return both

    century = np.where(old, OLD_CENTURY, (numbers[:, 6] * 10 + numbers[:, 7]) * 100)
    year, month, day = century + tens(0), tens(2), tens(4)
    possible = (
        digit[:, :OLD_LENGTH].all(axis=1)
        & (year >= OLD_CENTURY)
        & (month >= 1)
        & (month <= 12)
        & (day >= 1)
        & (day <= 31)
    )
    safe = np.where(possible, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    born = safe.astype("datetime64[D]") + np.where(possible, day - 1, 0)
    real = possible & (born.astype("datetime64[M]") == safe)
    return np.where(real, born.astype(np.int64).astype(np.float64), np.nan)
