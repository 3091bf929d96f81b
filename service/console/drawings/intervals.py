"""Shares with their intervals: one row each, a dot with whiskers between nought and one, the numbers beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from service.console.drawings._svg import joined, link, own_words, tag
from service.console.formats import number, percent
from service.console.words import Words


@dataclass(frozen=True, slots=True)
class Interval:
    """One share of one.

    * `share`, `low`, `high`: 0 to 1; `share` None: not enough data (which is not the same as nought)
    * `count`: out of how many; `note`: one more line; `href`: its own page, empty for none
    """

    label: str
    share: float | None
    low: float | None = None
    high: float | None = None
    count: int = 0
    note: str = ""
    href: str = ""


EXAMPLE: Final = (
    Interval("纪检监察", 0.62, 0.51, 0.72, 84, href="/queue/discipline"),
    Interval("主管部门核实", 0.35, 0.29, 0.41, 260),
    Interval("应发未发", None, count=3),
)


def intervals(
    rows: Sequence[Interval],
    words: Words,
    *,
    caption: str,
    label: str = "",
    reference: float | None = None,
    reference_says: str = "",
) -> Markup:
    """The rows as a table. `caption` says what the share is of; `label` heads the first column; `reference` is a share
    all are compared with, a line through every row, and `reference_says` what it is. Raises ValueError for a share or
    bound outside 0 to 1, or a share outside its bounds."""
    t = own_words(words)
    head = tag(
        "tr",
        tag("th", label or t("interval_what"), scope="col"),
        tag("th", tag("span", "0%"), tag("span", "50%"), tag("span", "100%"), scope="col", class_="scale"),
        tag("th", t("interval_share"), scope="col", class_="num"),
        tag("th", t("interval_count"), scope="col", class_="num"),
    )
    body = joined(_row(one, t, reference) for one in rows)
    shown = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", body), class_="intervals")
    note = tag("figcaption", t("interval_note"), tag("span", f" {reference_says}") if reference_says else Markup(""))
    region = tag("div", shown, class_="scroll", tabindex=0, role="region", aria_label=caption)
    return tag("figure", region, note, class_="drawing")


def _row(one: Interval, t: Words, reference: float | None) -> Markup:
    for value in (one.share, one.low, one.high, reference):
        if value is not None and not 0 <= value <= 1:
            raise ValueError(f"interval {one.label!r}: {value} is no share of one")
    low, high = one.low if one.low is not None else one.share, one.high if one.high is not None else one.share
    parts = [tag("line", x1="0", x2="100%", y1="10", y2="10", class_="rail")]
    if reference is not None:
        x = f"{reference * 100:.1f}%"
        parts.append(tag("line", x1=x, x2=x, y1="0", y2="20", class_="reference"))
    text = t("interval_too_few")
    if one.share is not None and low is not None and high is not None:
        if not low <= one.share <= high:
            raise ValueError(f"interval {one.label!r}: {one.share} lies outside {low} to {high}")
        left, right = f"{low * 100:.1f}%", f"{high * 100:.1f}%"
        parts.append(tag("line", x1=left, x2=right, y1="10", y2="10", class_="whisker"))
        parts += [tag("line", x1=x, x2=x, y1="6", y2="14", class_="whisker") for x in (left, right)]
        parts.append(tag("circle", cx=f"{one.share * 100:.1f}%", cy="10", r="4.5", class_="dot"))
        text = percent(one.share) if low == high else f"{percent(one.share)} ({percent(low)}–{percent(high)})"
    drawn = tag("svg", *parts, width="100%", height="20", aria_hidden="true")
    name = link(one.label, one.href) + (tag("small", one.note) if one.note else Markup(""))
    return tag(
        "tr",
        tag("th", name, scope="row"),
        tag("td", drawn, class_="plot"),
        tag("td", text, class_="num" if one.share is not None else "num muted"),
        tag("td", number(one.count), class_="num"),
    )
