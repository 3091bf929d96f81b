"""Who decides: names as they count, and when two names are one person's."""

from __future__ import annotations

import re
import unicodedata

from models.registry import RegistryError


def person(name: str) -> str:
    """A name as it is written down: one line, no spaces at its ends. Raises RegistryError for an empty one."""
    found = " ".join(unicodedata.normalize("NFKC", name).split())
    if not re.search(r"\w", found):
        raise RegistryError("say who decides: --by NAME")
    return found


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, however typed: width, case, spaces, points and order do not count.

    >>> same_person("Li Ming", "LI  ming"), same_person("Wang-Fang", "fang wang"), same_person("李明", "李 明")
    (True, True, True)
    >>> same_person("Li Ming", "Li Min")
    False
    """
    return _parts(one) == _parts(other) or _letters(one) == _letters(other)


def reason(why: str) -> str:
    """Why, as it is written down. Raises RegistryError where nothing is said."""
    found = " ".join(unicodedata.normalize("NFKC", why).split())
    if not re.search(r"\w", found):
        raise RegistryError("say why: --why TEXT")
    return found


def _parts(name: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return tuple(sorted(part for part in re.split(r"[\W_]+", plain) if part))


def _letters(name: str) -> str:
    return "".join(re.findall(r"[^\W_]", unicodedata.normalize("NFKC", name).casefold()))
