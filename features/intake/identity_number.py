"""Facts about identity numbers (GB 11643) and card numbers, for millions of them at once.

Numbers are opaque text to the rest of intake: nothing here accepts or refuses a row. Every function takes a sequence
or Arrow array of strings (or the `Digits` made of one) and returns numpy arrays of the same length. Null, and text of
another length, has no facts: False, or the value the function names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Flags = npt.NDArray[np.bool_]
Texts: TypeAlias = Sequence[str | None] | pa.Array | pa.ChunkedArray

_WIDTH: Final = 20
_WEIGHTS: Final = np.array((7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), np.int16)
_CHECKS: Final = np.frombuffer(b"10X98765432", np.uint8)
_NO_DATE: Final = np.datetime64("NaT", "D")
_MONTH_DAYS: Final = np.array((0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), np.int16)


@dataclass(frozen=True, slots=True)
class Digits:
    """Texts as bytes: `characters` of shape (20, n), column by column, zero beyond a text's end; `lengths` of (n,).

    Full-width digits are read as digits and a small `x` as `X`, because both are slips of a keyboard. Texts longer
    than 20 bytes have length 0 here. `numeric[k]` says that the first k characters of a text are digits.
    """

    characters: npt.NDArray[np.uint8]
    lengths: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, texts: Texts | Digits) -> Digits:
        """Read texts into bytes; 2 million numbers take a fraction of a second."""
        if isinstance(texts, Digits):
            return texts
        array = texts if isinstance(texts, pa.Array | pa.ChunkedArray) else pa.array(list(texts), pa.string())
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        return cls._of_array(_half_width(array.cast(pa.large_string())))

    @classmethod
    def _of_array(cls, array: pa.LargeStringArray) -> Digits:
        """Bytes of an array without full-width digits."""
        rows = len(array)
        _, offsets_buffer, data_buffer = array.buffers()
        offsets = (
            np.frombuffer(offsets_buffer, np.int64)[array.offset : array.offset + rows + 1] if rows else np.zeros(1)
        )
        starts = offsets[:-1].astype(np.int64)
        sizes = np.diff(offsets).astype(np.int64)
        if array.null_count:
            sizes[array.is_null().to_numpy(zero_copy_only=False)] = 0
        sizes[sizes > _WIDTH] = 0
        data = np.frombuffer(data_buffer, np.uint8) if data_buffer is not None else np.empty(0, np.uint8)
        padded = np.concatenate([data, np.zeros(_WIDTH + 1, np.uint8)])
        characters = np.zeros((_WIDTH, rows), np.uint8)
        for place in range(int(sizes.max(initial=0))):
            column = padded[np.minimum(starts + place, len(data))]
            characters[place] = np.where(sizes > place, column, 0)
        characters[characters == ord("x")] = ord("X")
        return cls(characters, sizes.astype(np.uint8))

    def are_digits(self, start: int, stop: int) -> Flags:
        """Whether characters `start` to `stop` (exclusive) are all digits, shape (n,)."""
        result = np.ones(len(self.lengths), np.bool_)
        for place in range(start, stop):
            result &= (self.characters[place] - ord("0")) < 10
        return result

    def number(self, start: int, stop: int) -> npt.NDArray[np.int32]:
        """Characters `start` to `stop` (exclusive, at most 9) as a number; meaningless where they are no digits."""
        value = np.zeros(len(self.lengths), np.int32)
        for place in range(start, stop):
            value = value * 10 + (self.characters[place].astype(np.int32) - ord("0"))
        return value


def is_checksum_ok(numbers: Texts | Digits) -> Flags:
    """Whether an 18-character number ends in its check character by GB 11643.

    The sum over i of weight_i x digit_i, modulo 11, picks the check character from 10X98765432.

    >>> is_checksum_ok(["519921195303041232", "519921195303041233", "51992119530304", None]).tolist()
    [True, False, False, False]
    """
    digits = Digits.of(numbers)
    total = np.zeros(len(digits.lengths), np.int16)
    for place, weight in enumerate(_WEIGHTS):
        total += weight * (digits.characters[place].astype(np.int16) - ord("0"))
    shaped = (digits.lengths == 18) & digits.are_digits(0, 17)
    return np.asarray(shaped & (_CHECKS[total % 11] == digits.characters[17]))


def is_old_number(numbers: Texts | Digits) -> Flags:
    """Whether it is a 15-digit number of the kind issued before 1999: no check character, two digits for the year.

    >>> is_old_number(["519921530304123", "519921195303041232"]).tolist()
    [True, False]
    """
    digits = Digits.of(numbers)
    return np.asarray((digits.lengths == 15) & digits.are_digits(0, 15))


def embedded_birth(numbers: Texts | Digits) -> npt.NDArray[np.datetime64]:
    """Birth date inside an 18-character or 15-digit number (read as 19xx), datetime64[D], NaT where there is none.

    The date must exist; nothing is said about whether it is plausible, and the check character is not looked at.

    >>> embedded_birth(["519921195303041232", "519921530304123", "519921195302301232", "P-1"]).astype(str).tolist()
    ['1953-03-04', '1953-03-04', 'NaT', 'NaT']
    """
    digits = Digits.of(numbers)
    new = (digits.lengths == 18) & digits.are_digits(6, 14)
    old = is_old_number(digits)
    year = np.where(old, digits.number(6, 8) + 1900, digits.number(6, 10))
    month = np.where(old, digits.number(8, 10), digits.number(10, 12))
    day = np.where(old, digits.number(10, 12), digits.number(12, 14))
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    fits = (new | old) & (year >= 1000) & (month >= 1) & (month <= 12) & (day >= 1)
    fits &= day <= _MONTH_DAYS[np.clip(month, 0, 12)] - ((month == 2) & ~leap)
    months = (np.where(fits, year, 1970) - 1970) * 12 + np.where(fits, month, 1) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]")
    return np.where(fits, first + (np.where(fits, day, 1) - 1).astype("timedelta64[D]"), _NO_DATE)


def embedded_sex(numbers: Texts | Digits) -> npt.NDArray[np.int8]:
    """Sex digit inside the number: 1 odd (male), 0 even (female), -1 where there is none.

    For comparison with the register only; never an input of a model.

    >>> embedded_sex(["519921195303041232", "519921195309190044", "519921530304123", ""]).tolist()
    [1, 0, 1, -1]
    """
    digits = Digits.of(numbers)
    new = (digits.lengths == 18) & digits.are_digits(0, 17)
    old = is_old_number(digits)
    last = np.where(old, digits.characters[14], digits.characters[16])
    return np.where(new | old, last & 1, -1).astype(np.int8)


def is_birth_other(numbers: Texts | Digits, register: npt.NDArray[np.datetime64]) -> Flags:
    """Whether the birth date inside the number contradicts the register's (datetime64, NaT where unknown).

    False where either is unknown: "cannot say" is not "differs".

    >>> register = np.array(["1953-03-04", "1953-04-03", "NaT"], "datetime64[D]")
    >>> is_birth_other(["519921195303041232"] * 3, register).tolist()
    [False, True, False]
    """
    inside = embedded_birth(numbers)
    registered = register.astype("datetime64[D]")
    return np.asarray((inside != registered) & ~np.isnat(inside) & ~np.isnat(registered))


def is_sex_other(numbers: Texts | Digits, register: Sequence[str | None] | pa.Array) -> Flags:
    """Whether the sex digit contradicts the register's `M` or `F`; False where either is unknown.

    >>> is_sex_other(["519921195303041232"] * 3, ["M", "F", None]).tolist()
    [False, True, False]
    """
    given = register if isinstance(register, pa.Array | pa.ChunkedArray) else pa.array(list(register), pa.string())
    letters = Digits.of(given)
    inside = embedded_sex(numbers)
    male, female = letters.characters[0] == ord("M"), letters.characters[0] == ord("F")
    return np.asarray(((inside == 1) & female) | ((inside == 0) & male))


def slip_distance(one: Texts | Digits, other: Texts | Digits) -> npt.NDArray[np.int8]:
    """How many slips apart two numbers of the same length are: 0 equal, 1 one character or one swap of neighbours.

    2 stands for everything else, also for different lengths; -1 where either is missing. Both arguments have the same
    length.

    >>> mine = "519921195303041232"
    >>> slip_distance([mine] * 4, [mine, "519921195303041332", "519921193503041232", "519921195303041"]).tolist()
    [0, 1, 1, 2]
    """
    left, right = Digits.of(one), Digits.of(other)
    differing = np.zeros(len(left.lengths), np.int8)
    swapped = np.zeros(len(left.lengths), np.bool_)
    for place in range(_WIDTH):
        differs = left.characters[place] != right.characters[place]
        differing += differs
        if place:
            crossed = left.characters[place] == right.characters[place - 1]
            crossed &= left.characters[place - 1] == right.characters[place]
            swapped |= differs & crossed
    result = np.where(differing == 0, 0, np.where((differing == 1) | ((differing == 2) & swapped), 1, 2))
    result[left.lengths != right.lengths] = 2
    result[(left.lengths == 0) | (right.lengths == 0)] = -1
    return result.astype(np.int8)


def is_luhn_ok(cards: Texts | Digits) -> npt.NDArray[np.int8]:
    """Luhn check of card numbers of 16 to 19 digits: 1 sound, 0 not, -1 where the number is not of that kind.

    From the right, every second digit is doubled, digits of the results are summed, and the sum ends in 0. Passbook
    numbers are shorter and have no check digit, so nothing can be said about them.

    >>> is_luhn_ok(["6299011000000000017", "6299011000000000018", "01107326326349"]).tolist()
    [1, 0, -1]
    """
    digits = Digits.of(cards)
    lengths = digits.lengths.astype(np.int16)
    total = np.zeros(len(lengths), np.int16)
    numeric = np.ones(len(lengths), np.bool_)
    for place in range(19):
        value = digits.characters[place].astype(np.int16) - ord("0")
        inside = place < lengths
        numeric &= ~inside | ((value >= 0) & (value < 10))
        doubled = value * 2 - 9 * (value > 4)
        total += np.where(inside, np.where((lengths - place) % 2 == 0, doubled, value), 0)
    of_kind = (lengths >= 16) & (lengths <= 19) & numeric
    return np.where(of_kind, total % 10 == 0, -1).astype(np.int8)


def _half_width(array: pa.LargeStringArray) -> pa.LargeStringArray:
    """Full-width digits and letter X replaced by plain ones; the array itself where there are none."""
    import pyarrow.compute as pc

    wide = pc.match_substring_regex(array, "[\uff10-\uff19\uff38\uff58]")
    if not pc.any(wide, min_count=0).as_py():
        return array
    for narrow, full in zip(
        "0123456789Xx", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff38\uff58", strict=True
    ):
        array = pc.replace_substring(array, full, narrow)
    return array
