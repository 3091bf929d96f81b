"""Find the page of what somebody typed in."""

from __future__ import annotations

from service.access import Principal
from service.work.context import Context
from service.work.portraits.shapes import Found


def find(context: Context, who: Principal, text: str) -> tuple[Found, ...]:
    """Pages of things with the number `text`: a household, official, village or township (also by the beginning of its
    code), program, payment or case, or a person, card or phone by the whole number, which is looked for by keyed hash
    and kept nowhere. To be sent by POST. Those outside the divisions of whoever asks are not found. Logged.
    """
    raise NotImplementedError
