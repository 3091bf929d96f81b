"""Who decides and why, as the book of releases writes it."""

from __future__ import annotations

import re

from models.people import LONG_NUMBER, one_line
from models.registry import RegistryError


def person(name: str) -> str:
    """A name as it is written down. Raises RegistryError for an empty one and for a long number."""
    return _told(name, "say who decides: --by NAME")


def reason(why: str) -> str:
    """Why, as it is written down. Raises RegistryError where nothing is said and for a long number."""
    return _told(why, "say why: --why TEXT")


def _told(text: str, missing: str) -> str:
    found = one_line(text)
    if not re.search(r"\w", found):
        raise RegistryError(missing)
    if LONG_NUMBER.search(found):
        raise RegistryError("the record names no payment, card or person paid: say it without long numbers")
    return found
