"""When two names are one person's, and what must not stand in a record that names people."""

from __future__ import annotations

import re
import unicodedata

LONG_NUMBER = re.compile(r"[0-9]{8,}")
"""A payment, a card, a phone or an identity number; a day written with hyphens is none."""


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, however typed: width, case, spaces, points and order do not count.

    >>> same_person("Li Ming", "LI  ming"), same_person("Wang-Fang", "fang wang"), same_person("李明", "李 明")
    (True, True, True)
    >>> same_person("Li Ming", "Li Min")
    False
    """
    return _parts(one) == _parts(other) or _letters(one) == _letters(other)


def one_line(text: str) -> str:
    """A text as it is written down: one line, single spaces, none at its ends, full-width letters as plain ones."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _parts(name: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return tuple(sorted(part for part in re.split(r"[\W_]+", plain) if part))


def _letters(name: str) -> str:
    return "".join(re.findall(r"[^\W_]", unicodedata.normalize("NFKC", name).casefold()))
