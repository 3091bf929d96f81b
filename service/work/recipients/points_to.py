"""What a report of each kind may point to, and which desk looks first: suggestions, and a question like every other."""

from __future__ import annotations

from typing import Final, cast

from service.work.queue.states import Desk
from service.work.recipients.report import Kind

TYPOLOGIES: Final[dict[Kind, tuple[str, ...]]] = {
    "not_received": ("T40", "T38", "T39"),
    "too_little": ("T41", "T38", "T18"),
    "card_held": ("T25", "T22"),
    "not_mine": ("T23", "T12"),
    "objection": (),
    "other": (),
}
"""Codes of typologies, likeliest first."""

_DESKS: Final[dict[Kind, Desk]] = {
    "not_received": "owed",
    "too_little": "owed",
    "card_held": "discipline",
    "not_mine": "department",
    "objection": "department",
    "other": "department",
}


def typologies_of(kind: str) -> tuple[str, ...]:
    """The typologies a report of a kind may point to; empty for a kind nobody knows."""
    return TYPOLOGIES.get(cast(Kind, kind), ())


def desk_of(kind: str) -> Desk:
    """The desk that looks first; the department for a kind nobody knows."""
    return _DESKS.get(cast(Kind, kind), "department")
