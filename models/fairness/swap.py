"""Counterfactual swaps: the same data with the sex, the surname or the phone of everybody changed, scored again.

Sex and surname are no inputs, so no score may change. Whether somebody has a phone of their own is a fact rules read;
what taking it away does to scores is reported, not forbidden.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.contract import EVERY_TABLE
from models.evaluation.groups.surnames import surname

Tables = Mapping[str, pa.Table]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎"
IDENTITY_ENTITIES = ("person",)
NAME_ENTITIES = ("name",)


@dataclass(frozen=True, slots=True)
class Swap:
    """What a swap did to the scores of the same payments, matched by `key`.

    `changed`: scores that differ by more than 1e-9; `crossed_up`, `crossed_down`: payments that went over or under the
    line; `mean_change` and `largest_change` in probability, over all payments.
    """

    name: str
    people: int
    payments: int
    changed: int
    crossed_up: int
    crossed_down: int
    mean_change: float
    largest_change: float


def other_sex(number: str) -> str:
    """An identity number with the last digit of its sequence turned from odd to even or back, else unchanged.

    The check character follows: a right one stays right, a wrong one stays as wrong as it was. Numbers of 15 digits
    carry the sex in their last digit; anything else is a pseudonym and says nothing. Applied twice it gives the number.

    >>> other_sex("519921195303041232")
    '519921195303041224'
    >>> other_sex(other_sex("519921195303041232")), other_sex("P17")
    ('519921195303041232', 'P17')
    """
    if len(number) == 15 and number.isdigit():
        return number[:14] + str(int(number[14]) ^ 1)
    if len(number) != 18 or not number[:17].isdigit() or number[17] not in CHECKS:
        return number
    return _with_digit(number, int(number[16]) ^ 1)


def swap_sex(tables: Tables) -> dict[str, pa.Table]:
    """Everybody of the other sex: identity numbers wherever they stand, and `sex` columns."""
    columns = _columns(tables, IDENTITY_ENTITIES, also=("department_rows", "id_number"))
    written = {one for name, column in columns for one in pc.unique(tables[name].column(column)).to_pylist() if one}
    registered = set(tables["persons"].column("person_id").to_pylist()) if "persons" in tables else set()
    found = _mapped(tables, columns, _OtherSex(registered, written - registered))
    for name, table in found.items():
        if "sex" in table.column_names:
            # Where the sex is not given the comparison is null, and so is the other sex.
            turned = pc.if_else(pc.equal(table.column("sex").cast(pa.string()), "M"), "F", "M")
            found[name] = table.set_column(table.column_names.index("sex"), "sex", turned)
    return found


def swap_surnames(tables: Tables) -> dict[str, pa.Table]:
    """Every full name with a surname drawn by the name: namesakes stay namesakes, relatives no longer share one."""
    return _mapped(tables, _columns(tables, NAME_ENTITIES), _Renamed())


def without_phones(tables: Tables) -> dict[str, pa.Table]:
    """Nobody has a phone of their own on the register; phones bound to cards stay."""
    found = dict(tables)
    table = found.get("persons")
    if table is not None and "phone" in table.column_names:
        place = table.column_names.index("phone")
        found["persons"] = table.set_column(place, table.schema.field("phone"), pa.nulls(table.num_rows, pa.string()))
    return found


def compared(
    name: str,
    before: Mapping[str, float],
    after: Mapping[str, float],
    line: float,
    *,
    key: Callable[[str], str] = str,
    people: int = 0,
) -> Swap:
    """Scores by payment before and after a swap. Raises ValueError where the payments are not the same."""
    now = {key(one): score for one, score in after.items()}
    if now.keys() != before.keys():
        raise ValueError(f"swap {name}: {len(before.keys() ^ now.keys())} payments are on one side only")
    old = np.array(list(before.values()))
    new = np.array([now[one] for one in before])
    change: NDArray[np.float64] = new - old
    return Swap(
        name, people, len(old), int((np.abs(change) > 1e-9).sum()),
        int(((old < line) & (new >= line)).sum()), int(((old >= line) & (new < line)).sum()),
        float(change.mean()) if len(change) else 0.0, float(np.abs(change).max(initial=0.0)),
    )  # fmt: skip


class _OtherSex:
    """`other_sex`, and a slip of the pen in the digit that tells the sex stays the same slip of the changed number.

    Such a number says one sex and means the other: turned by itself, it would no longer be one slip from its owner's.
    Where that digit and its neighbour were changed about, the owner gets a digit with which that still makes a slip.
    """

    def __init__(self, registered: set[str], others: set[str]) -> None:
        self.registered = registered
        self.owner: dict[str, str] = {}
        for number in others:
            digits = len(number) == 18 and number[:17].isdigit()
            alike = (*_other_digits(number), *_changed_about(number)) if digits else ()
            meant = next((one for one in alike if one in registered), None)
            if meant is not None:
                self.owner[number] = meant
        self.turned = {meant: self._turned(meant) for meant in set(self.owner.values())}

    def __call__(self, number: str) -> str:
        if number in self.owner:
            meant = self.owner[number]
            return _same_slip(meant, number, self.turned[meant])
        return self.turned.get(number) or other_sex(number)

    def _turned(self, meant: str) -> str:
        """The owner's number of the other sex, with a digit that leaves each slip a slip and is nobody else's."""
        slips = [number for number, one in self.owner.items() if one == meant]
        first = other_sex(meant)
        for step in range(0, 10, 2):
            turned = _with_digit(first, (int(first[16]) + step) % 10)
            nobody = step == 0 or other_sex(turned) not in self.registered
            if nobody and all(_same_slip(meant, slip, turned) != turned for slip in slips):
                return turned
        return first


def _with_digit(number: str, digit: int) -> str:
    """The number with another digit in the place that tells the sex; a right check character stays right."""
    changed = f"{number[:16]}{digit}{number[17]}"
    wrong = CHECKS.index(number[17]) - _sum(number)
    return changed[:17] + CHECKS[(_sum(changed) + wrong) % 11]


def _other_digits(number: str) -> list[str]:
    """The number with each other digit in the place that tells the sex."""
    return [f"{number[:16]}{digit}{number[17]}" for digit in "0123456789" if digit != number[16]]


def _changed_about(number: str) -> list[str]:
    """The number with that digit and the one before, or the check character after it, changed about."""
    return [number[:15] + number[16] + number[15] + number[17], number[:16] + number[17] + number[16]]


def _same_slip(meant: str, written: str, turned: str) -> str:
    """What would have been written had the number meant been `turned`."""
    if meant[:16] == written[:16] and meant[17] == written[17]:
        return f"{turned[:16]}{(int(turned[16]) + int(written[16]) - int(meant[16])) % 10}{turned[17]}"
    before, after = _changed_about(turned)
    return before if meant[17] == written[17] else after


class _Renamed:
    """Names to names, one to one: a surname is taken by the hash of the whole name, the next one where it is taken."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.taken: set[str] = set()

    def __call__(self, name: str) -> str:
        if name not in self.known:
            old = surname(name)
            lot = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "big")
            for step in range(len(SURNAMES)):
                new = SURNAMES[(lot + step) % len(SURNAMES)]
                made = name if old is None else name.replace(old, new, 1)
                if new != old and made not in self.taken:
                    break
            self.taken.add(made)
            self.known[name] = made
        return self.known[name]


def _sum(number: str) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True)) % 11


def _columns(
    tables: Tables, entities: tuple[str, ...], *, also: tuple[str, str] | None = None
) -> list[tuple[str, str]]:
    """Table and column of everything in the identifier spaces."""
    return [
        (name, column.name)
        for name, table in tables.items()
        for column in EVERY_TABLE[name].columns
        if column.name in table.column_names and (column.entity in entities or (name, column.name) == also)
    ]


def _mapped(tables: Tables, columns: list[tuple[str, str]], change: Callable[[str], str]) -> dict[str, pa.Table]:
    found = dict(tables)
    for name, column in columns:
        table = found[name]
        words: Any = table.column(column).cast(pa.string()).combine_chunks().dictionary_encode()
        changed = pa.array([None if one is None else change(one) for one in words.dictionary.to_pylist()], pa.string())
        values = pa.DictionaryArray.from_arrays(words.indices, changed).cast(pa.string())
        found[name] = table.set_column(table.column_names.index(column), column, values)
    return found
