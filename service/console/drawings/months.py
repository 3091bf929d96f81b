"""Payments by month as bars, and the same as a small line of bars inside a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from service.console.drawings._svg import folded, own_words, table, tag
from service.console.formats import number, yuan, yuan_short
from service.console.words import Words

HEIGHT: Final = 110


@dataclass(frozen=True, slots=True)
class Month:
    """One month: `month` as 2019-07, money in fen, how many payments; `marked`: somebody asks about one of them."""

    month: str
    amount_fen: int
    count: int = 1
    marked: bool = False


EXAMPLE: Final = (
    Month("2019-01", 420_00), Month("2019-02", 420_00), Month("2019-03", 0, 0), Month("2019-04", 840_00, 2, True),
    Month("2019-05", 420_00), Month("2019-06", 1_386_50, 3),
)  # fmt: skip


def months(bars: Sequence[Month], words: Words, *, caption: str = "") -> Markup:
    """Bars from left to right, in the order given; give months without payments too. Numbers as a table one click
    away."""
    t = own_words(words)
    caption = caption or t("months_caption")
    if not bars:
        return tag("p", t("months_none"), class_="empty")
    top = max(one.amount_fen for one in bars) or 1
    room = HEIGHT - 18
    each = 100 / len(bars)
    parts = [tag("title", caption), tag("text", yuan_short(top, t.language), x="0", y="11", class_="tick")]
    parts.append(tag("line", x1="0", x2="100%", y1=str(HEIGHT), y2=str(HEIGHT), class_="rule"))
    for n, one in enumerate(bars):
        high = one.amount_fen / top * room
        parts.append(
            tag(
                "rect",
                tag("title", t("month_says", month=one.month, amount=yuan(one.amount_fen), n=one.count)),
                x=f"{n * each + each * 0.12:.2f}%", y=HEIGHT - high, width=f"{each * 0.76:.2f}%",
                height=max(high, 1.0 if one.amount_fen else 0.0), class_="column marked" if one.marked else "column",
            )
        )  # fmt: skip
    for n in {0, len(bars) - 1}:
        anchor = "start" if n == 0 else "end"
        parts.append(
            tag(
                "text",
                bars[n].month,
                x="0" if n == 0 else "100%",
                y=str(HEIGHT + 15),
                class_="tick",
                text_anchor=anchor,
            )
        )
    drawn = tag("svg", *parts, width="100%", height=str(HEIGHT + 20), role="img", class_="plot")
    marked = tag("li", tag("span", "", class_="swatch column marked"), t("month_marked"))
    legend = tag("ul", marked, class_="legend") if any(one.marked for one in bars) else Markup("")
    rows = [[one.month, yuan(one.amount_fen), number(one.count)] for one in bars]
    listed = table(caption, [t("month"), (t("amount"), "num"), (t("payments"), "num")], rows)
    return tag(
        "figure", tag("figcaption", caption, legend), drawn, folded(t("as_table"), listed), class_="drawing chart"
    )


def spark(values: Sequence[float], words: Words, *, says: str) -> Markup:
    """A small row of bars for a cell of a table; `says` is read aloud instead of it."""
    top = max(values, default=0) or 1
    each = 6
    bars = [
        tag(
            "rect",
            x=n * each,
            y=str(round(18 - max(value, 0) / top * 17, 1)),
            width="4",
            height=max(max(value, 0) / top * 17, 1.0),
        )
        for n, value in enumerate(values)
    ]
    wide = max(len(values) * each, each)
    return tag(
        "svg",
        tag("title", says),
        *bars,
        class_="spark",
        width=str(wide),
        height="18",
        viewBox=f"0 0 {wide} 18",
        role="img",
    )
