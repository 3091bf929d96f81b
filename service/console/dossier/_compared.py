"""One value among its peers, as shapes."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from service.console.dossier._shapes import Canvas
from service.console.drawings._svg import own_words
from service.console.drawings.distribution import said
from service.console.words import Words
from service.work.portraits.shapes import Peers

WIDE, TALL, TOP, WIDE_MM = 640.0, 110.0, 36.0, 150.0
PAD: Final = 10.0


def compared(of: Peers, words: Words) -> Canvas:
    """The histogram with the median and this value. Raises ValueError where there is nothing to compare with."""
    if not of.counts or len(of.edges) != len(of.counts) + 1:
        raise ValueError("nothing to compare with")
    t = own_words(words)
    canvas = Canvas(WIDE, TOP + TALL + 20, WIDE_MM)
    low, high = min(of.edges[0], of.value), max(of.edges[-1], of.value)
    span = (high - low) or 1.0

    def x_of(value: float) -> float:
        return PAD + (value - low) / span * (WIDE - 2 * PAD)

    top, floor = max(of.counts) or 1, TOP + TALL
    for (a, b), n in zip(pairwise(of.edges), of.counts, strict=True):
        if n:
            high_bar = max(n / top * TALL, 1.5)
            here = a <= of.value < b or (b == of.edges[-1] and of.value == b)
            canvas.box(
                x_of(a) + 1,
                floor - high_bar,
                max(x_of(b) - x_of(a) - 2, 1.0),
                high_bar,
                fill="74A0A5" if here else "A9C2C5",
            )
    canvas.path((PAD, floor), [((WIDE - PAD, floor),)], line="DDDFDA")
    for value, key, colour, y, dash in (
        (of.median, "peers_median", "667276", 8.0, "dash"), (of.value, "peers_this", "12383D", 24.0, ""),
    ):  # fmt: skip
        x = x_of(value)
        right = x > WIDE / 2
        canvas.path((x, y - 6), [((x, floor),)], line=colour, thick=1.2 if dash else 2.5, dash=dash)
        canvas.words(
            x - 5 if right else x + 5, y, t(key, value=said(value)), 12.5, colour=colour,
            align="right" if right else "left", bold=not dash,
        )  # fmt: skip
    if of.edges[0] < 0 <= min(of.value, of.median):
        return canvas
    canvas.words(x_of(of.edges[0]), floor + 11, said(of.edges[0]), 11.0, colour="667276")
    canvas.words(x_of(of.edges[-1]), floor + 11, said(of.edges[-1]), 11.0, colour="667276", align="right")
    return canvas
