"""Days over the limit by program and division: a table with shaded cells, that reads with and without colour."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markupsafe import Markup, escape

from service.console.drawings._svg import joined, link, own_words, tag
from service.console.formats import yuan_short
from service.console.words import Words

STEPS: Final = (1, 16, 31, 61)
"""Days over the limit at which the shade deepens: within the limit, 1 to 15, 16 to 30, 31 to 60, more."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A row or column: its name and the page it leads to, empty for none."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One program in one division.

    * `days_over`: days beyond the limit of the worst run still on its way; 0 or less: within it
    * `amount_fen`: money still on its way; `count`: runs; `href`: where they are listed, empty for none
    """

    days_over: int
    amount_fen: int | None = None
    count: int = 0
    href: str = ""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """`cells[row][column]`, None where nothing is on its way. `caption` says what is counted, as of when."""

    caption: str
    rows: tuple[Heading, ...]
    columns: tuple[Heading, ...]
    cells: tuple[tuple[Cell | None, ...], ...]


EXAMPLE: Final = HeatMap(
    "在途资金超期天数，截至 2019-07-01",
    (Heading("耕地地力保护补贴", "/funds?program=LAND"), Heading("农村低保", "/funds?program=DIBAO")),
    (Heading("清溪镇", "/funds?division=519901001"), Heading("白石乡"), Heading("龙池乡")),
    (
        (Cell(-4, 1_250_000_00, 1), Cell(12, 380_000_00, 2, "/funds?program=LAND&division=519901002"), None),
        (Cell(74, 96_400_00, 1, "/funds?program=DIBAO"), Cell(0, 12_000_00, 1), Cell(33, 50_500_00, 1)),
    ),
)


def shade(days_over: int) -> int:
    """0 within the limit, up to 4.

    >>> [shade(n) for n in (-3, 0, 1, 15, 16, 31, 61)]
    [0, 0, 1, 1, 2, 3, 4]
    """
    return sum(days_over >= step for step in STEPS)


def heat_map(of: HeatMap, words: Words) -> Markup:
    """The map with its legend. Raises ValueError where the cells do not fit rows and columns."""
    if len(of.cells) != len(of.rows) or any(len(row) != len(of.columns) for row in of.cells):
        raise ValueError(f"heat map: expected {len(of.rows)} rows of {len(of.columns)} cells")
    t = own_words(words)
    head = tag("tr", tag("td", ""), *[tag("th", link(one.text, one.href), scope="col") for one in of.columns])
    body = joined(
        tag("tr", tag("th", link(row.text, row.href), scope="row"), *[_cell(cell, t) for cell in cells])
        for row, cells in zip(of.rows, of.cells, strict=True)
    )
    shown = tag("table", tag("caption", of.caption), tag("thead", head), tag("tbody", body), class_="heat")
    bounds = [*(f"{low}–{high - 1}" for low, high in pairwise(STEPS)), f"≥ {STEPS[-1]}"]
    texts = [t("heat_within"), *(t("heat_days", days=one) for one in bounds)]
    legend = joined(tag("li", tag("span", "", class_=f"swatch heat-{n}"), text) for n, text in enumerate(texts))
    return tag(
        "figure",
        tag("div", shown, class_="scroll", tabindex=0, role="region", aria_label=of.caption),
        tag("figcaption", tag("ul", legend, class_="legend")),
        class_="drawing",
    )


def _cell(cell: Cell | None, t: Words) -> Markup:
    if cell is None:
        return tag("td", tag("span", t("nothing_on_its_way"), class_="only-read-aloud"), class_="heat-none")
    said = t("heat_cell_over", days=cell.days_over) if cell.days_over > 0 else t("heat_cell_within")
    number = f"+{cell.days_over}" if cell.days_over > 0 else "✓"
    inside: list[Markup] = [
        tag("b", number, aria_hidden="true"), tag("span", said, class_="only-read-aloud"),
    ]  # fmt: skip
    if cell.amount_fen is not None:
        inside.append(tag("small", yuan_short(cell.amount_fen, t.language)))
    text = joined(inside)
    runs = t("heat_runs", n=cell.count) if cell.count else None
    linked = tag("a", text, href=cell.href) if cell.href.startswith("/") else escape(text)
    return tag("td", linked, class_=f"heat-{shade(cell.days_over)}", title=runs)
