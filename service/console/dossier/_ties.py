"""The graph of a case as shapes: the places of the page's drawing, in colours of their own, since a document has no
style sheet."""

from __future__ import annotations

from typing import Final, get_args

from service.console.dossier._shapes import Canvas, Point, Run, paler
from service.console.drawings._graph_layout import HEAD, LABEL, NOTE, Box, Line, lay_out
from service.console.drawings._svg import own_words
from service.console.drawings.graph import described, thickness
from service.console.words import Words
from service.work.portraits.shapes import Graph, TieKind

LOOKS: Final[dict[TieKind, tuple[str, str]]] = {
    "belongs_to": ("79858A", ""),
    "lives_in": ("79858A", "sysDot"),
    "holds": ("0F6A75", "sysDot"),
    "paid_to": ("0F6A75", ""),
    "bound_to": ("5B4B94", "dash"),
    "drawn_at": ("8A4B12", ""),
    "swept_to": ("A8321F", "lgDash"),
    "prepared": ("5D6B1F", ""),
    "entered": ("5D6B1F", "sysDot"),
    "decided": ("5D6B1F", "dash"),
    "opened_for": ("5B4B94", "sysDot"),
    "acts_for": ("8A4B12", "dash"),
    "kin_of": ("A03A77", "sysDot"),
    "serves_in": ("6B7478", "lgDashDot"),
    "serves_as": ("6B7478", "lgDashDot"),
}
"""Colour and dash of each kind of tie, as in drawing.css."""

THICK: Final = {1: 1.2, 2: 1.7, 3: 2.4, 4: 3.4}
FAINT: Final = 0.38
LEGEND: Final = 20.0
MOST_MM: Final = (245.0, 122.0)
"""Width and height of a drawing on a page lying on its side."""


def ties(of: Graph, words: Words) -> tuple[Canvas, str]:
    """The drawing, and what it shows in one sentence."""
    t = own_words(words)
    placed = lay_out(of, words)
    kinds = [one for one in get_args(TieKind) if any(line.kind == one for line in placed.lines)]
    across = max(1, int((placed.width - 28) // 150))
    rows = -(-len(kinds) // across)
    tall = placed.height + rows * LEGEND + 6
    canvas = Canvas(placed.width, tall, min(MOST_MM[0], MOST_MM[1] * placed.width / tall))
    for heads, x in placed.heads:
        text = t("and_so_on").join(dict.fromkeys(t(f"kinds_{kind}") for kind in heads))
        canvas.words(x, HEAD - 12, text, 11.0, colour="667276", align="center")
    plain = not any(one.matters for one in placed.lines)
    for line in sorted(placed.lines, key=lambda one: one.matters):
        _line(canvas, line, plain=plain)
    for box in placed.boxes:
        _box(canvas, box)
    for n, kind in enumerate(kinds):
        x, y = 14 + n % across * 150, placed.height + 6 + n // across * LEGEND
        colour, dash = LOOKS[kind]
        canvas.path((x, y), [((x + 26, y),)], line=colour, thick=1.7, dash=dash)
        canvas.words(x + 32, y, t(f"tie_{kind}"), 11.0)
    return canvas, described(of, t)


def _line(canvas: Canvas, one: Line, *, plain: bool) -> None:
    colour, dash = LOOKS[one.kind]
    colour = colour if one.matters or plain else paler(colour, FAINT)
    (x0, y0), (x1, y1) = one.points[0], one.points[-1]
    steps: list[tuple[Point, ...]] = []
    if one.loop:
        out = min(x0, x1) - one.loop
        steps.append(((out, y0), (out, y1), (x1, y1)))
    else:
        for n, (start, end) in enumerate(zip(one.points, one.points[1:], strict=False)):
            half = (start[0] + end[0]) / 2
            steps.append((end,) if n % 2 else ((half, start[1]), (half, end[1]), end))
    canvas.path((x0, y0), steps, line=colour, thick=THICK[thickness(one.count)], dash=dash)


def _box(canvas: Canvas, one: Box) -> None:
    edge = "12383D" if one.is_hub else "0F5A63" if one.matters else "4C585C" if one.is_member else "B4BBB7"
    fill = "0F5A63" if one.is_hub else "F1F6F6" if one.thing.kind in ("card", "collector") else "FFFFFF"
    if one.thing.is_stack:
        for shift in (5.0, 2.5):
            canvas.box(one.x + shift, one.y + shift, one.w, one.h, fill="FFFFFF", line="B4BBB7", shape="roundRect")
    text = [Run(one.label, LABEL, "FFFFFF" if one.is_hub else "1C2427", one.is_hub)]
    text += [Run(one.note, NOTE, "DCEBEC" if one.is_hub else "4C585C")] if one.note else []
    canvas.box(
        one.x, one.y, one.w, one.h, fill=fill, line=edge, thick=1.5 if one.matters or one.is_hub else 1.0,
        shape="roundRect", text=text, inset=7.0,
    )  # fmt: skip
