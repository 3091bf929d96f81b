"""What happened, on one axis: a lane a kind of record, what was known late shown as such, deaths through all lanes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from markupsafe import Markup

from service.console.drawings._example import example_events
from service.console.drawings._svg import folded, joined, own_words, short, table, tag
from service.console.drawings._timeline_layout import LANE, LEFT, ONE, RIGHT, Axis, Mark, lay_out
from service.console.formats import day, moment, yuan
from service.console.words import Words
from service.work.portraits.shapes import Event, Graph

EXAMPLE: Final = example_events()
MOST_SAID: Final = 8
"""Events of one mark that are told when somebody points at it."""


def timeline(
    of: Sequence[Event], words: Words, zone: dt.tzinfo, *, graph: Graph | None = None, name: str = "timeline"
) -> Markup:
    """The drawing, and the same as a table. `zone`: of the days on the axis. `graph` names what events are about.
    `name` distinguishes several on a page."""
    t = own_words(words)
    if not of:
        return tag("figure", tag("p", t("timeline_nothing"), class_="empty"), class_="drawing timeline", id=name)
    names = names_of(graph, t)
    axis = lay_out(of, words, zone, names)
    canvas = tag(
        "div",
        _svg(axis, of, t, zone, names),
        class_="canvas",
        tabindex=0,
        role="region",
        aria_label=t("timeline_canvas"),
    )
    return tag(
        "figure",
        canvas,
        tag("figcaption", _legend(axis, t)),
        _table(of, t, zone, names),
        class_="drawing timeline",
        id=name,
    )


def names_of(graph: Graph | None, t: Words) -> dict[str, str]:
    """What nodes are called, by key."""
    return {one.key: f"{t(f'kind_{one.kind}')} {t.of(one.shown)}" for one in (graph.nodes if graph else ())}


def _table(of: Sequence[Event], t: Words, zone: dt.tzinfo, names: Mapping[str, str]) -> Markup:
    rows = [
        [
            moment(one.at, zone), t(f"event_{one.kind}"), t.of(one.text), names.get(one.about, ""),
            yuan(one.amount_fen) if one.amount_fen is not None else "",
            moment(one.known_at, zone) if one.known_at else "", t("event_in_case") if one.in_case else "",
        ]
        for one in sorted(of, key=lambda one: (one.at, one.kind))
    ]  # fmt: skip
    heads: list[str | tuple[str, str]] = [
        t("event_at"), t("event_kind"), t("event_text"), t("event_about"), (t("amount"), "num"), t("event_known_at"),
        t("event_of"),
    ]  # fmt: skip
    return folded(t("timeline_as_table", n=len(of)), table(t("timeline_caption"), heads, rows), class_="as-table")


def said_of(one: Event, t: Words, zone: dt.tzinfo, names: Mapping[str, str]) -> str:
    """One event as a line of text."""
    parts = [day(one.at, zone), t(f"event_{one.kind}"), t.of(one.text), names.get(one.about, "")]
    if one.amount_fen is not None:
        parts.append(f"{yuan(one.amount_fen)} {t('yuan')}")
    if one.known_at is not None:
        parts.append(t("event_known_later", day=day(one.known_at, zone)))
    if one.in_case:
        parts.append(t("event_in_case"))
    return " · ".join(one for one in parts if one)


def _svg(axis: Axis, of: Sequence[Event], t: Words, zone: dt.tzinfo, names: Mapping[str, str]) -> Markup:
    right = axis.width - RIGHT
    parts = []
    for n, (name, y) in enumerate(axis.lanes):
        kind = "lane odd" if n % 2 else "lane"
        parts.append(tag("rect", x=0, y=y - LANE / 2, width=axis.width, height=LANE, class_=kind))
        parts.append(tag("text", t(f"lane_{name}"), x=8, y=y + 4, class_="head"))
    for x, label, year in axis.ticks:
        parts.append(tag("line", x1=x, x2=x, y1=axis.top, y2=axis.bottom, class_="rule year" if year else "rule"))
        if x + 50 < axis.width and (axis.turn is None or not x < axis.turn < x + 52):
            parts.append(tag("text", label, x=x + 3, y=axis.bottom + 16, class_="tick year" if year else "tick"))
    if axis.turn is not None:
        parts.append(tag("line", x1=axis.turn, x2=axis.turn, y1=axis.top - 4, y2=axis.bottom + 8, class_="turn"))
    parts += [tag("line", x1=LEFT, x2=right, y1=y, y2=y, class_="rail") for _, y in axis.lanes]
    for one in axis.deaths:
        parts.append(tag("line", x1=one.x, x2=one.x, y1=one.label_y - 10, y2=axis.bottom, class_="death"))
        anchor = "end" if one.to_left else None
        parts.append(tag("text", one.label, x=one.label_x, y=one.label_y, class_="death-label", text_anchor=anchor))
    for gap in axis.late:
        parts.append(tag("line", x1=gap.x0, x2=gap.x1, y1=gap.y, y2=gap.y, class_="late"))
        parts.append(tag("circle", cx=gap.x1, cy=gap.y, r=ONE, class_="known"))
    parts += [_mark(one, t, zone, names) for one in axis.marks]
    return tag(
        "svg", tag("title", t("timeline_caption")), tag("desc", _described(of, t, zone)), *parts,
        viewBox=f"0 0 {short(axis.width)} {short(axis.height)}", width=short(axis.width), height=short(axis.height),
        role="img",
    )  # fmt: skip


def _mark(one: Mark, t: Words, zone: dt.tzinfo, names: Mapping[str, str]) -> Markup:
    said = [said_of(event, t, zone, names) for event in one.events[:MOST_SAID]]
    if len(one.events) > MOST_SAID:
        said.append(t("event_more", n=len(one.events) - MOST_SAID))
    kinds = ["mark-of", *sorted({event.kind for event in one.events})]
    kinds += ["in-case"] if one.in_case else []
    kinds += ["hollow"] if any(event.known_at for event in one.events) else []
    parts = [tag("title", "\n".join(said)), tag("circle", cx=one.x, cy=one.y, r=one.r)]
    if len(one.events) > 1:
        number = str(len(one.events)) if len(one.events) < 100 else "99+"
        parts.append(tag("text", number, x=one.x, y=one.y + 3.4, class_="many", text_anchor="middle"))
    if one.label:
        anchor = "end" if one.to_left else None
        parts.append(tag("text", one.label, x=one.label_x, y=one.y + 4, class_="label", text_anchor=anchor))
    return tag("g", *parts, class_=" ".join(kinds))


def _described(of: Sequence[Event], t: Words, zone: dt.tzinfo) -> str:
    days = sorted(one.at for one in of)
    case = sum(one.in_case for one in of)
    return t("timeline_says", n=len(of), first=day(days[0], zone), last=day(days[-1], zone), case=case)


def _legend(axis: Axis, t: Words) -> Markup:
    """How to read it: only what is there."""
    circle = tag("circle", cx=6, cy=6, r=ONE)
    shown = [
        ("legend_in_case", any(one.in_case for one in axis.marks), tag("g", circle, class_="mark-of in-case")),
        ("legend_other", any(not one.in_case for one in axis.marks), tag("g", circle, class_="mark-of")),
        (
            "legend_late",
            bool(axis.late),
            joined(
                [
                    tag("line", x1=6, x2=20, y1=6, y2=6, class_="late"),
                    tag("circle", cx=20, cy=6, r=ONE, class_="known"),
                    tag("g", circle, class_="mark-of hollow"),
                ]
            ),
        ),
        ("legend_earlier", axis.turn is not None, tag("line", x1=6, x2=6, y1=0, y2=12, class_="turn")),
        ("legend_death", bool(axis.deaths), tag("line", x1=6, x2=6, y1=0, y2=12, class_="death")),
    ]  # fmt: skip
    return tag(
        "ul",
        *[
            tag("li", tag("svg", sign, width=26 if key == "legend_late" else 13, height=12, aria_hidden="true"), t(key))
            for key, there, sign in shown
            if there
        ],
        class_="legend",
    )
