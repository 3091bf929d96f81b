"""Names as people write them, made comparable: Chinese characters by sound, names in Latin script by letters.

Every function works on the distinct values of a column, so that a million people cost as much as their different
names. Nothing here says that two names mean one person.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

import pyarrow as pa

_PAIRS: Final = "欧阳上官司马诸葛东方皇甫尉迟公孙令狐慕容司徒夏侯端木南宫闻人澹台长孙宇文轩辕太史独孤申屠呼延"
COMPOUND_SURNAMES: Final = frozenset(_PAIRS[place : place + 2] for place in range(0, len(_PAIRS), 2))
"""Surnames of two characters that are still common."""
# Full-width forms are plain ones by then (NFKC).
_DOTS: Final = re.compile(r"[\s·•‧∙⋅・.,、'’`\-_/()]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_NOT_LETTERS: Final = re.compile(r"[^a-z]+")
# What many speakers and typists of the south-west do not tell apart: n and l, f and h, flat and curled tongue, and
# the two nasal endings.
_FOLDS: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))
_VOWELS: Final = re.compile(r"(?!^)[aeiouyhw]+")
_DOUBLE: Final = re.compile(r"(.)\1+")


@lru_cache(maxsize=64)  # Every key of a name begins with it; the keys of one name are made together.
def written(text: str) -> str:
    """The name without what only typing adds: width, case, accents, dots, blanks. Empty when nothing is left.

    >>> written("阿木·呷"), written(" O’Brien "), written("Núñez")
    ('阿木呷', 'obrien', 'nunez')
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    if not plain.isascii() and not is_han(plain):
        plain = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
        plain = unicodedata.normalize("NFC", plain)
    return _DOTS.sub("", plain)


def words(text: str) -> list[str]:
    """The words of a name or address in Latin script, without accents and case.

    >>> words("Silva, Ana-Maria")
    ['silva', 'ana', 'maria']
    """
    return [w for w in (written(part) for part in re.split(r"[\s,\-_./]+", text)) if w]


def is_han(text: str) -> bool:
    """Whether a text has Chinese characters."""
    return bool(_HAN.search(text))


@lru_cache(maxsize=1 << 16)
def _syllable(character: str) -> str:
    """The first reading of one character without its tone; the character itself where it has none."""
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=False, errors="default")
    return found[0][0] if found and found[0] else character


@lru_cache(maxsize=1 << 16)
def _near_syllable(character: str) -> str:
    syllable = _syllable(character)
    for full, folded in _FOLDS:
        syllable = syllable.replace(full, folded)
    if syllable[:1] in ("l", "f"):
        syllable = {"l": "n", "f": "h"}[syllable[0]] + syllable[1:]
    return syllable


def sound(text: str) -> str:
    """How a name sounds: readings without tones, or letters without vowels inside.

    >>> sound("张裙静") == sound("张群静"), sound("catherine"), sound("kathryn")
    (True, 'ktrn', 'ktrn')
    """
    name = written(text)
    if is_han(name):
        return " ".join(_syllable(c) for c in name)
    return _letters(name)


def near_sound(text: str) -> str:
    """The same with sounds joined that many do not tell apart (n and l, s and sh, in and ing).

    >>> near_sound("刘素") == near_sound("刘数"), near_sound("蔡兰") == near_sound("蔡南")
    (True, True)
    """
    name = written(text)
    if is_han(name):
        return " ".join(_near_syllable(c) for c in name)
    return _letters(name)[:4]


def _letters(name: str) -> str:
    plain = _NOT_LETTERS.sub("", name)
    for full, folded in (("ph", "f"), ("ck", "k"), ("gh", "g"), ("c", "k"), ("q", "k"), ("z", "s"), ("j", "g")):
        plain = plain.replace(full, folded)
    return _DOUBLE.sub(r"\1", _VOWELS.sub("", plain)) or plain


def surname(text: str) -> str:
    """The family name: one or two leading characters, or the last word in Latin script.

    >>> surname("欧阳春"), surname("王芳"), surname("Ana Silva")
    ('欧阳', '王', 'silva')
    """
    name = written(text)
    if is_han(name):
        return name[:2] if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else name[:1]
    parts = words(text)
    return parts[-1] if parts else ""


def in_order(text: str) -> str:
    """Its characters (Latin script: its words) in alphabetical order: equal where only the order differs.

    >>> in_order("钟江鹏") == in_order("钟鹏江"), in_order("Silva Ana")
    (True, 'ana silva')
    """
    name = written(text)
    return "".join(sorted(name)) if is_han(name) else " ".join(sorted(words(text)))


def shape(text: str) -> str:
    """One ASCII character for each character of a text, so that edits are counted in characters.

    Databases count the bytes of a text, of which a Chinese character has three. Two characters in a hundred fall on
    the same sign, which can make a text look one edit nearer than it is, never further.

    >>> len(shape("张群静")), shape("novak")
    (3, 'novak')
    """
    return "".join(c if c.isascii() else chr(33 + zlib.crc32(c.encode()) % 94) for c in text)


def by_value(values: pa.ChunkedArray | pa.Array, makers: Mapping[str, Callable[[str], str]]) -> dict[str, pa.Array]:
    """Columns made of a column of texts by functions of one value; empty results are null. Each of the length given."""
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    coded = array.cast(pa.string()).dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):  # An empty column stays in chunks.
        return {name: pa.nulls(len(values), pa.string()) for name in makers}
    distinct: Sequence[str | None] = coded.dictionary.to_pylist()
    made: dict[str, list[str | None]] = {name: [] for name in makers}
    parts = [(maker, made[name].append) for name, maker in makers.items()]
    for value in distinct:
        for maker, add in parts:
            add((maker(value) or None) if value is not None else None)
    return {name: pa.array(values, pa.string()).take(coded.indices) for name, values in made.items()}
