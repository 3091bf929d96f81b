"""How wide a text is, without a font at hand: estimates that are never too narrow for the fonts the pages name."""

from __future__ import annotations

import unicodedata
from typing import Final

_WIDE: Final = frozenset("mwMW@%—…")
_NARROW: Final = frozenset("iljtfrI.,:;'|![]() ")


def width(text: str, size: float) -> float:
    """Width in the units of `size`: a Chinese character is as wide as it is high.

    >>> width("王*", 10) > width("1*", 10) > 0
    True
    """
    total = 0.0
    for one in text:
        if unicodedata.east_asian_width(one) in ("W", "F") or one in ("“", "”", "‘", "’", "·", "—", "…"):
            total += 1.0
        elif unicodedata.combining(one) or unicodedata.category(one) in ("Cf", "Mn"):
            continue
        elif one in _WIDE:
            total += 0.92
        elif one in _NARROW:
            total += 0.36
        elif one.isupper():
            total += 0.7
        else:
            total += 0.57
    return total * size


def shortened(text: str, size: float, room: float) -> str:
    """The text, or its beginning with … where it is wider than `room`.

    >>> shortened("一二三四五", 10, 50), shortened("一二三四五六", 10, 50)
    ('一二三四五', '一二三四…')
    """
    if width(text, size) <= room:
        return text
    kept = text
    while kept and width(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"
