"""The portrait of a card."""

from __future__ import annotations

from service.access import Principal
from service.work.context import Context
from service.work.portraits.ask import Portraits
from service.work.portraits.shapes import Portrait


def card(
    context: Context, who: Principal, portraits: Portraits, card_key: str, *, after: str | None = None, limit: int = 50
) -> Portrait:
    """A card, by keyed hash, with a page of payments behind `after`. Logged, with what is near about it.

    Raises NothingThere where there is none, it lies outside the divisions of whoever asks, or is their own.
    """
    raise NotImplementedError
