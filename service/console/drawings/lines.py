"""A line chart over equal steps (months, versions, thresholds), with a line that must not be crossed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from markupsafe import Markup

from service.console.drawings._svg import folded, joined, own_words, short, table, tag
from service.console.drawings._text import width
from service.console.formats import NOTHING, percent
from service.console.words import Words

HEIGHT: Final = 200
MOST_LABELS: Final = 8
STYLES: Final = 4


@dataclass(frozen=True, slots=True)
class Series:
    """One line. `values` (one a step, None for a gap), `low` and `high` its interval, empty for none."""

    label: str
    values: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn.

    * `caption`: what the values are, with their unit; `steps`: names of the steps, left to right, as many as values
    * `series`: up to four lines; `unit` "share": values are shares of one, shown as percent
    * `threshold`: a level to compare with, and `threshold_says` what it is; `marked`: steps to point at, by number
    """

    caption: str
    steps: tuple[str, ...]
    series: tuple[Series, ...]
    unit: Literal["number", "share"] = "number"
    threshold: float | None = None
    threshold_says: str = ""
    marked: tuple[int, ...] = ()


EXAMPLE: Final = Chart(
    "查实比例（按月）",
    ("2019-01", "2019-02", "2019-03", "2019-04", "2019-05", "2019-06"),
    (
        Series(
            "现役模型", (0.41, 0.46, 0.38, None, 0.44, 0.52), (0.3, 0.36, 0.3, None, 0.35, 0.43),
            (0.52, 0.56, 0.47, None, 0.53, 0.61),
        ),
        Series("候选模型", (0.43, 0.44, 0.45, 0.47, 0.5, 0.55)),
    ),
    "share",
    0.35,
    "停用线 35%",
)  # fmt: skip


def lines(of: Chart, words: Words) -> Markup:
    """The chart, its legend, and its numbers as a table one click away. Raises ValueError where a line has another
    number of values than there are steps, or there are more than four lines."""
    if len(of.series) > STYLES or any(len(one.values) != len(of.steps) for one in of.series):
        raise ValueError(f"chart: expected at most {STYLES} lines of {len(of.steps)} values")
    if any(row and len(row) != len(of.steps) for one in of.series for row in (one.low, one.high)):
        raise ValueError(f"chart: expected intervals of {len(of.steps)} values")
    t = own_words(words)
    low, high, ticks = scale_of(of)
    drawn = tag(
        "svg",
        tag("title", of.caption),
        *_axis(of, low, high, ticks),
        _plot(of, low, high),
        *_dots(of, low, high),
        class_="plot axes",
        width="100%",
        height=str(HEIGHT + 26),
        role="img",
    )
    legend = joined(tag("li", tag("span", "", class_=f"swatch line-{n}"), one.label) for n, one in enumerate(of.series))
    if of.threshold is not None:
        legend += tag("li", tag("span", "", class_="swatch threshold"), of.threshold_says or t("threshold"))
    return tag(
        "figure",
        tag("figcaption", of.caption, tag("ul", legend, class_="legend")),
        drawn,
        folded(t("as_table"), _table(of, t)),
        class_="drawing chart",
    )


def scale_of(of: Chart) -> tuple[float, float, tuple[float, ...]]:
    """Lowest and highest value of the axis, and its ticks: round numbers that hold every value; shares start at 0."""
    values = [v for one in of.series for row in (one.values, one.low, one.high) for v in row if v is not None]
    values += [of.threshold] if of.threshold is not None else []
    top, bottom = max(values, default=1.0), min([*values, 0.0])
    span = (top - bottom) or 1.0
    step = 10.0 ** math.floor(math.log10(span / 4))
    step = next(step * n for n in (1, 2, 2.5, 5, 10) if span / (step * n) <= 4.0001)
    first, last = math.floor(bottom / step), math.ceil(top / step - 1e-9)
    ticks = tuple(round(n * step, 10) for n in range(first, max(last, first + 1) + 1))
    return ticks[0], ticks[-1], ticks


def said(of: Chart, value: float | None) -> str:
    """A value in the chart's unit."""
    if value is None:
        return NOTHING
    return percent(value, 0 if abs(value) >= 0.1 or value == 0 else 1) if of.unit == "share" else f"{value:,.6g}"


def _x(of: Chart, n: int) -> float:
    """Where a step stands, in percent of the plot: half a step from both ends."""
    return (n + 0.5) / len(of.steps) * 100


def _y(value: float, low: float, high: float) -> float:
    return 8 + (HEIGHT - 8) * (1 - (value - low) / (high - low))


def _axis(of: Chart, low: float, high: float, ticks: tuple[float, ...]) -> list[Markup]:
    parts = []
    for tick in ticks:
        y = _y(tick, low, high)
        parts.append(tag("line", x1="0", x2="100%", y1=y, y2=y, class_="rule"))
        parts.append(tag("text", said(of, tick), x="-7", y=y + 4, class_="tick", text_anchor="end"))
    # As many names as stand side by side on a phone.
    widest = max((width(one, 11) for one in of.steps), default=1)
    every = max(1, math.ceil(len(of.steps) / max(1, min(MOST_LABELS, int(340 / (widest + 14))))))
    for n, name in enumerate(of.steps):
        if n % every == 0:
            parts.append(
                tag("text", name, x=f"{_x(of, n):.2f}%", y=str(HEIGHT + 18), class_="tick", text_anchor="middle")
            )
    for n in of.marked:
        x = f"{_x(of, n):.2f}%"
        parts.append(tag("line", x1=x, x2=x, y1="8", y2=str(HEIGHT), class_="marked"))
    if of.threshold is not None:
        y = _y(of.threshold, low, high)
        parts.append(tag("line", x1="0", x2="100%", y1=y, y2=y, class_="threshold"))
    return parts


def _plot(of: Chart, low: float, high: float) -> Markup:
    """Lines and bands, stretched to the width there is; the strokes are not."""
    parts = []
    for n, one in enumerate(of.series):
        both = [
            (_x(of, k), _y(a, low, high), _y(b, low, high))
            for k, (a, b) in enumerate(zip(one.low, one.high, strict=False))
            if a is not None and b is not None
        ]
        for x, bottom, top in both:
            parts.append(
                tag(
                    "path",
                    d=f"M{x:.2f} {short(bottom)}V{short(top)}",
                    class_=f"whisker line-{n}",
                    vector_effect="non-scaling-stroke",
                )
            )
        path, pen = "", "M"
        for k, value in enumerate(one.values):
            if value is None:
                pen = "M"
                continue
            path += f"{pen}{_x(of, k):.2f} {short(_y(value, low, high))}"
            pen = "L"
        parts.append(tag("path", d=path, class_=f"line line-{n}", vector_effect="non-scaling-stroke"))
    return tag(
        "svg",
        *parts,
        x="0",
        y="0",
        width="100%",
        height=str(HEIGHT),
        viewBox=f"0 0 100 {HEIGHT}",
        preserveAspectRatio="none",
    )


def _dots(of: Chart, low: float, high: float) -> list[Markup]:
    return [
        tag(
            "circle",
            tag("title", f"{one.label} {of.steps[k]}: {said(of, value)}"),
            cx=f"{_x(of, k):.2f}%", cy=_y(value, low, high), r="3.5", class_=f"dot line-{n}",
        )
        for n, one in enumerate(of.series)
        for k, value in enumerate(one.values)
        if value is not None
    ]  # fmt: skip


def _table(of: Chart, t: Words) -> Markup:
    rows = [[step, *[_value(of, one, k) for one in of.series]] for k, step in enumerate(of.steps)]
    return table(of.caption, [t("step"), *[(one.label, "num") for one in of.series]], rows)


def _value(of: Chart, one: Series, k: int) -> str:
    text = said(of, one.values[k])
    if one.low and one.high and one.low[k] is not None and one.high[k] is not None:
        return f"{text} ({said(of, one.low[k])}–{said(of, one.high[k])})"
    return text
