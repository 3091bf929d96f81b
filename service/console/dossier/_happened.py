"""What happened, on one axis, as shapes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from service.console.dossier._shapes import Canvas, Run
from service.console.drawings._svg import own_words
from service.console.drawings._timeline_layout import LANE, LEFT, ONE, RIGHT, TEXT, Mark, lay_out
from service.console.words import Words
from service.work.portraits.shapes import Event

WIDE_MM: Final = 245.0
LEGEND: Final = 22.0


def happened(of: Sequence[Event], words: Words, zone: dt.tzinfo, names: Mapping[str, str]) -> Canvas:
    """The timeline. `names`: what events are about, by key. Raises ValueError where nothing happened."""
    t = own_words(words)
    axis = lay_out(of, words, zone, names)
    canvas = Canvas(axis.width, axis.height + LEGEND, WIDE_MM)
    for n, (name, y) in enumerate(axis.lanes):
        if n % 2:
            canvas.box(0, y - LANE / 2, axis.width, LANE, fill="FAFAF7")
        canvas.words(6, y, t(f"lane_{name}"), 12.0)
        canvas.path((LEFT, y), [((axis.width - RIGHT, y),)], line="DDDFDA")
    for x, label, year in axis.ticks:
        canvas.path((x, axis.top), [((x, axis.bottom),)], line="C6CAC4" if year else "ECEDE8")
        if x + 50 < axis.width and (axis.turn is None or not x < axis.turn < x + 52):
            canvas.words(x + 3, axis.bottom + 12, label, TEXT, colour="1C2427" if year else "667276", bold=year)
    if axis.turn is not None:
        canvas.path((axis.turn, axis.top - 4), [((axis.turn, axis.bottom + 8),)], line="667276", dash="dash")
    for one in axis.deaths:
        canvas.path((one.x, one.label_y - 10), [((one.x, axis.bottom),)], line="1C2427", thick=1.4)
        align = "right" if one.to_left else "left"
        canvas.words(one.label_x, one.label_y - 4, one.label, TEXT, colour="1C2427", align=align, bold=True)
    for gap in axis.late:
        canvas.path((gap.x0, gap.y), [((gap.x1, gap.y),)], line="4C585C", thick=1.6, dash="sysDash")
        _dot(canvas, gap.x1, gap.y, ONE, "4C585C", "4C585C")
    for mark in axis.marks:
        _mark(canvas, mark)
    y, x = axis.height + LEGEND / 2, LEFT
    for key, fill, edge in (
        ("legend_in_case", "0F5A63", "12383D"),
        ("legend_other", "8A979B", "8A979B"),
        ("legend_late", "FFFFFF", "4C585C"),
    ):
        _dot(canvas, x, y, ONE, fill, edge)
        canvas.words(x + 10, y, t(key), TEXT)
        x += 150
    return canvas


def _mark(canvas: Canvas, one: Mark) -> None:
    kinds = {event.kind for event in one.events}
    hollow = any(event.known_at for event in one.events)
    asked = bool(kinds & {"returned", "reported"})
    fill, edge = ("0F5A63", "12383D") if one.in_case else ("C98A1B", "8A5300") if asked else ("8A979B", "8A979B")
    if hollow:
        fill, edge = "FFFFFF", "4C585C"
    number = str(len(one.events)) if len(one.events) > 1 else ""
    _dot(canvas, one.x, one.y, one.r, fill, edge, number, "4C585C" if hollow else "FFFFFF")
    if one.label:
        colour = "12383D" if one.in_case else "4C585C"
        canvas.words(one.label_x, one.y, one.label, TEXT, colour=colour, align="right" if one.to_left else "left")


def _dot(
    canvas: Canvas, x: float, y: float, r: float, fill: str, edge: str, text: str = "", ink: str = "FFFFFF"
) -> None:
    runs = [Run(text, 9.0 if len(text) < 3 else 6.5, ink, True)] if text else []
    canvas.box(x - r, y - r, 2 * r, 2 * r, fill=fill, line=edge, shape="ellipse", text=runs, align="center")
