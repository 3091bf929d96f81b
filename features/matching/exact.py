"""Identity numbers (GB 11643) on lists: as given, tidied, in the old 15-digit form, or mistyped and repaired.

The steps come before any weighing. A number that is not in the register after tidying is repaired only where the
check character allows: a wrong digit at one place leaves at most one digit that makes the number sound, so a bad
number has some twenty neighbours. A repair counts when exactly one neighbour is a person whose name agrees.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal

import pyarrow as pa

from features.matching._sql import numbers
from features.matching.names import by_value
from features.matching.spec import Field

if TYPE_CHECKING:
    import duckdb

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_OTHER: Final = re.compile(r"[^0-9X]")
_CENTURY: Final = "19"


def tidied(text: str) -> str:
    r"""Digits and a last X, whatever the width, case and blanks they were typed in.

    >>> tidied("\uff15\uff1199 2119530304123x")
    '51992119530304123X'
    """
    return _OTHER.sub("", unicodedata.normalize("NFKC", text).upper())


def check_character(body: str) -> str:
    """The check character of 17 digits: weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2, sum modulo 11 into 10X98765432.

    >>> check_character("51992119530304123")
    '2'
    """
    return _CHECKS[sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=True)) % 11]


def is_sound(number: str) -> bool:
    """Whether 18 characters end in their check character."""
    return len(number) == 18 and number[:17].isdigit() and check_character(number[:17]) == number[17]


def long_form(number: str) -> str:
    """The 18 characters of a 15-digit number (born 19xx); any other text as it is.

    >>> long_form("519921530304123")
    '519921195303041232'
    """
    if len(number) == 15 and number.isdigit():
        body = number[:6] + _CENTURY + number[6:]
        return body + check_character(body)
    return number


def short_form(number: str) -> str:
    """The 15 digits of an 18-character number of a person born 19xx, empty for others."""
    return number[:6] + number[8:17] if len(number) == 18 and number[6:8] == _CENTURY else ""


def neighbours(number: str) -> Iterator[str]:
    """Sound 18-character numbers one wrong character or one swap of neighbours away.

    A 15-digit number has no check character: all its one-digit neighbours are given, in the long form.

    >>> "519921195303041232" in set(neighbours("519921195303041332"))
    True
    """
    if len(number) == 15 and number.isdigit():
        for place in range(15):
            for digit in "0123456789":
                if digit != number[place]:
                    yield long_form(number[:place] + digit + number[place + 1 :])
        return
    if len(number) != 18 or not number[:17].isdigit() or number[17] not in _CHECKS:
        return
    total = sum(w * int(d) for w, d in zip(_WEIGHTS, number, strict=False)) % 11
    wanted = _CHECKS.index(number[17])
    for place, weight in enumerate(_WEIGHTS):
        own = int(number[place])
        for value in range(10):
            if value != own and (total + weight * (value - own)) % 11 == wanted:
                yield number[:place] + str(value) + number[place + 1 :]
    yield number[:17] + _CHECKS[total]
    for place in range(17):
        if number[place] != number[place + 1]:
            swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
            if is_sound(swapped):
                yield swapped


def number_columns(field: Field, texts: pa.Array, side: Literal["left", "right"]) -> dict[str, pa.Array]:
    """`<field>` (the 18 characters meant), `_text` (tidied), `_old` (15 digits), `_how` (left only).

    `_how` is `as_given`, `rewritten`, `old_form`, `sound` (sound form, nothing known yet) or `broken`; `repair` settles
    the rest against the register.
    """
    import pyarrow.compute as pc

    n = field.name
    # Nearly all numbers are 18 plain characters: those are sliced, not read one by one.
    plain = pc.fill_null(pc.match_substring_regex(texts, "^[0-9]{17}[0-9X]$"), False)
    odd = pc.if_else(plain, pa.scalar(None, pa.string()), texts)
    made = by_value(
        odd,
        {
            f"{n}_text": lambda t: _kept(tidied(t)),
            n: lambda t: _kept(long_form(tidied(t))),
            f"{n}_old": lambda t: short_form(long_form(tidied(t))),
            f"{n}_how": _how,
        },
    )
    old = pc.binary_join_element_wise(pc.utf8_slice_codeunits(texts, 0, 6), pc.utf8_slice_codeunits(texts, 8, 17), "")
    old = pc.if_else(pc.equal(pc.utf8_slice_codeunits(texts, 6, 8), _CENTURY), old, pa.scalar(None, pa.string()))
    for column, value in ((f"{n}_text", texts), (n, texts), (f"{n}_old", old), (f"{n}_how", "as_given")):
        made[column] = pc.if_else(plain, value, made[column])
    if side == "right":
        made[f"{n}_how"] = pa.nulls(len(texts), pa.string())
    return made


def _kept(number: str) -> str:
    """Numbers long enough to mean something."""
    return number if len(number) >= 12 else ""


def _how(text: str) -> str:
    number = tidied(text)
    if len(number) < 12:
        return ""
    if len(number) == 15:
        return "old_form"
    return "as_given" if number == text else "rewritten"


def repair(con: duckdb.DuckDBPyConnection, field: Field, name: Field | None) -> int:
    """Settle the numbers of table `l` against those of table `r`; returns how many were repaired.

    A number in the register keeps its way of being read. Others look for sound neighbours in the register whose
    person's name agrees with the row's (same, other order, same sound, or one character apart): where there is
    exactly one, the row takes its number and `repaired`. What is left loses the number as a key and is `sound` or
    `broken`.
    """
    n = field.name
    held = f"SELECT {n} FROM r WHERE {n} IS NOT NULL"  # noqa: S608
    lost = con.execute(f"SELECT DISTINCT {n}_text FROM l WHERE {n} IS NOT NULL AND {n} NOT IN ({held})").fetchall()  # noqa: S608
    texts = sorted(text for (text,) in lost)
    sound = [len(text) == 18 and is_sound(text) for text in texts]
    con.register(
        "lost_numbers", pa.table({"number": pa.array(texts, pa.string()), "sound": pa.array(sound, pa.bool_())})
    )
    con.execute(f"""
        UPDATE l SET {n} = NULL, {n}_how = CASE WHEN lost_numbers.sound THEN 'sound' ELSE 'broken' END
        FROM lost_numbers WHERE l.{n}_text = lost_numbers.number""")  # noqa: S608
    found = 0
    if name is not None and texts:
        found = _repair(con, n, name, [t for t, good in zip(texts, sound, strict=True) if not good])
    con.unregister("lost_numbers")
    return found


def _repair(con: duckdb.DuckDBPyConnection, n: str, named: Field, broken: list[str]) -> int:
    name = named.name
    former = f"OR l.{name} = r.{name}_former" if named.former is not None else ""
    typed: list[str] = []
    meant: list[str] = []
    for text in broken:
        for number in sorted(set(neighbours(text))):
            typed.append(text)
            meant.append(number)
    near = pa.table({"number": pa.array(typed, pa.string()), "meant": pa.array(meant, pa.string())})
    con.register("near_numbers", near)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE repaired AS
        SELECT l.n AS n, min(r.{n}) AS meant
        FROM near_numbers JOIN r ON r.{n} = near_numbers.meant JOIN l ON l.{n}_text = near_numbers.number
        WHERE l.{n} IS NULL AND (l.{name} = r.{name} OR l.{name}_sorted = r.{name}_sorted
            OR l.{name}_near = r.{name}_near {former}
            OR (least(length(l.{name}), length(r.{name})) >= 2 AND levenshtein(l.{name}_shape, r.{name}_shape) <= 1))
        GROUP BY l.n HAVING count(DISTINCT r.n) = 1""")  # noqa: S608
    con.execute(f"UPDATE l SET {n} = repaired.meant, {n}_how = 'repaired' FROM repaired WHERE l.n = repaired.n")  # noqa: S608
    (count,) = numbers(con, "SELECT count(*) FROM repaired")
    con.unregister("near_numbers")
    con.execute("DROP TABLE repaired")
    return int(count)
