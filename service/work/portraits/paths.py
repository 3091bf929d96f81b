"""Where the page of a thing stands. Paths hold our own ids and keyed hashes, nothing of anybody."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

PAGES: Final = {
    "household": "/look-up/household/",
    "person": "/look-up/person/",
    "card": "/look-up/card/",
    "official": "/look-up/official/",
    "village": "/look-up/village/",
    "program": "/look-up/program/",
    "payment": "/payments/",
    "case": "/cases/",
}
"""By kind of thing what stands before its id or keyed hash."""


def page_of(kind: str, key: str) -> str:
    """The path of a thing's page.

    >>> page_of("household", "H 1/2"), page_of("village", "519900101001")
    ('/look-up/household/H%201%2F2', '/look-up/village/519900101001')
    """
    return PAGES[kind] + quote(key, safe="")
