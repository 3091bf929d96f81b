"""One payment among those like it: a histogram, where this one lies, where the middle is, and its rank in words."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

from markupsafe import Markup

from service.console.drawings._svg import folded, own_words, table, tag
from service.console.formats import number
from service.console.words import Words
from service.work.portraits.shapes import Peers

HEIGHT: Final = 120
TOP: Final = 34
FEWEST: Final = 5
"""Fewer peers than these say nothing about rank."""

EXAMPLE: Final = Peers(
    ("每户金额（元）", "yuan a household"),
    ("同村同项目，近 12 个月", "same village and program, last 12 months"),
    (0.0, 100.0, 200.0, 300.0, 400.0, 500.0, 600.0, 700.0),
    (3, 18, 41, 22, 9, 2, 1),
    651.5,
    243.0,
    0.99,
    96,
)


def distribution(of: Peers, words: Words) -> Markup:
    """The plot with its sentence, and the histogram as a table one click away. Raises ValueError where edges and counts
    do not fit each other."""
    if len(of.edges) != len(of.counts) + 1 or list(of.edges) != sorted(of.edges):
        raise ValueError("distribution: expected rising edges, one more than counts")
    t = own_words(words)
    measure, group = t.of(of.measure), t.of(of.group)
    sentence = in_words(of, words)
    caption = tag("figcaption", tag("b", measure), tag("span", f" · {group} · ", t("peers", n=number(of.peers))))
    if of.peers == 0 or not of.counts or all_the_same(of):
        return tag("figure", caption, tag("p", sentence, class_="sentence"), class_="drawing chart")
    low, high = min(of.edges[0], of.value), max(of.edges[-1], of.value)
    span = (high - low) or 1.0
    # A little room on both sides, so that no line stands on the edge.
    low, span = low - span * 0.03, span * 1.06
    drawn = tag(
        "svg", tag("title", f"{measure}: {sentence}"), *_bars(of, low, span), *_lines(of, t, low, span),
        class_="plot", width="100%", height=str(TOP + HEIGHT + 20), role="img",
    )  # fmt: skip
    rows = [[f"{said(a)} – {said(b)}", number(n)] for (a, b), n in zip(pairwise(of.edges), of.counts, strict=True)]
    listed = folded(t("as_table"), table(f"{measure} · {group}", [measure, (t("peers_count"), "num")], rows))
    return tag("figure", caption, drawn, tag("p", sentence, class_="sentence"), listed, class_="drawing chart")


def in_words(of: Peers, words: Words) -> str:
    """Where it lies, as a sentence without a verdict: 高于同村同项目的 96%.

    Of many that are the same, none is higher than the others: what is said to be lower lies in a lower bar, what is
    said to be higher in the share above `rank`. Fewer than five peers: too few to compare.
    """
    t = own_words(words)
    if of.peers < FEWEST:
        return t("peers_too_few", n=of.peers)
    values = {"group": t.of(of.group), "value": said(of.value), "median": said(of.median)}
    if all_the_same(of):
        return t("peers_same", **values)
    lower, higher = _percent(_lower(of)), _percent(1 - of.rank)
    if lower >= 50 and of.value > of.median:
        return t("peers_above", share=lower, **values)
    if higher >= 50 and of.value < of.median:
        return t("peers_below", share=higher, **values)
    return t("peers_middle", lower=lower, higher=higher, **values)


def all_the_same(of: Peers) -> bool:
    """Whether this one and all its peers have one value: there is nothing to draw."""
    return of.value == of.median and sum(n > 0 for n in of.counts) == 1 and of.rank >= 1


def _lower(of: Peers) -> float:
    """Share of peers in bars below the bar of this one."""
    bars = [n for b, n in zip(of.edges[1:], of.counts, strict=True) if b <= of.value]
    # The last bar holds its upper edge.
    if bars and len(bars) == len(of.counts) and of.value == of.edges[-1]:
        bars.pop()
    return sum(bars) / of.peers


def _percent(share: float) -> int:
    """Whole percent, never 100: somebody is always the same."""
    return max(0, min(99, math.floor(share * 100 + 1e-9)))


def said(value: float) -> str:
    """A value with separators, and decimals only where it has some.

    >>> said(1234.0), said(0.25), said(651.5)
    ('1,234', '0.25', '651.5')
    """
    if value == int(value) or abs(value) >= 10_000:
        return f"{value:,.0f}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _x(value: float, low: float, span: float) -> float:
    return (value - low) / span * 100


def _bars(of: Peers, low: float, span: float) -> list[Markup]:
    top = max(of.counts) or 1
    parts = [tag("line", x1="0", x2="100%", y1=str(TOP + HEIGHT), y2=str(TOP + HEIGHT), class_="rule")]
    for (a, b), n in zip(pairwise(of.edges), of.counts, strict=True):
        if not n:
            continue
        left, right = _x(a, low, span), _x(b, low, span)
        high = max(n / top * HEIGHT, 1.5)
        gap = min(0.25, (right - left) * 0.1)
        here = a <= of.value < b or (b == of.edges[-1] and of.value == b)
        parts.append(
            tag(
                "rect",
                tag("title", f"{said(a)} – {said(b)}: {n}"),
                x=f"{left + gap:.2f}%",
                y=TOP + HEIGHT - high,
                width=f"{max(right - left - 2 * gap, 0.2):.2f}%",
                height=high,
                class_="column here" if here else "column",
            )
        )
    return parts


def _lines(of: Peers, t: Words, low: float, span: float) -> list[Markup]:
    """The two levels with their names on two lines, so that they never meet."""
    parts = []
    for value, key, kind, y in ((of.median, "peers_median", "median", 10), (of.value, "peers_this", "this", 25)):
        x = _x(value, low, span)
        anchor = "start" if x < 50 else "end"
        nudge = "5" if anchor == "start" else "-5"
        parts.append(tag("line", x1=f"{x:.2f}%", x2=f"{x:.2f}%", y1=str(y - 8), y2=str(TOP + HEIGHT), class_=kind))
        parts.append(
            tag(
                "text",
                t(key, value=said(value)),
                x=f"{x:.2f}%",
                dx=nudge,
                y=str(y),
                class_=f"level {kind}",
                text_anchor=anchor,
            )
        )
    a, b = of.edges[0], of.edges[-1]
    # Edges around a single value are no values anybody has.
    if a < 0 <= min(of.value, of.median):
        return parts
    parts.append(tag("text", said(a), x=f"{_x(a, low, span):.2f}%", y=str(TOP + HEIGHT + 15), class_="tick"))
    parts.append(
        tag("text", said(b), x=f"{_x(b, low, span):.2f}%", y=str(TOP + HEIGHT + 15), class_="tick", text_anchor="end")
    )
    return parts
