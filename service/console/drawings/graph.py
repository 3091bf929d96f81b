"""Who and what a case touches: people left, cards in the middle, officials right; ties by kind and date."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Final, get_args

from markupsafe import Markup

from service.console.drawings._example import example_graph
from service.console.drawings._graph_layout import HEAD, ICON, Box, Line, Placed, lay_out
from service.console.drawings._graph_table import graph_table
from service.console.drawings._svg import joined, own_words, short, tag
from service.console.words import Words
from service.work.portraits.shapes import Graph, NodeKind, TieKind

EXAMPLE: Final = example_graph()

NARROW: Final = 880.0
"""A drawing no wider than this is never made smaller: below it would scroll instead, and be read."""

ICONS: Final[dict[NodeKind, str]] = {
    "household": "M1.5 7.5 8 2l6.5 5.5M3.5 6.5V14h9V6.5M6.5 14v-4h3v4",
    "person": "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2.5 14.5c.5-3 2.7-4.5 5.5-4.5s5 1.5 5.5 4.5",
    "card": "M1.5 3.5h13v9h-13zM1.5 6.5h13M4 10h3",
    "phone": "M4.5 1.5h7v13h-7zM7 12.5h2",
    "device": "M2 3h12v8H2zM5 14h6M8 11v3",
    "outlet": "M2 6 8 2l6 4M3 6.5v6M6.3 6.5v6M9.7 6.5v6M13 6.5v6M1.5 14h13",
    "collector": "M1.5 3.5h13v9h-13zM8 5v5M5.5 8 8 10.5 10.5 8",
    "official": (
        "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2.5 14.5c.5-3 2.7-4.5 5.5-4.5s5 1.5 5.5 4.5M8 10l-1.2 2L8 14.5 9.2 12z"
    ),
    "village": "M1 14h14M2.5 14V8.5L5.5 6l3 2.5V14M8.5 14V6l3-2.5 3 2.5v8",
}
"""A sign for each kind, drawn in a square of 16."""


def graph(of: Graph, words: Words, *, name: str = "graph") -> Markup:
    """The drawing with its controls, and the same as a table. `name` distinguishes several on one page."""
    t = own_words(words)
    if not of.nodes:
        return tag("figure", tag("p", t("graph_nothing"), class_="empty"), class_="drawing graph", id=name)
    placed = lay_out(of, words)
    drawing = tag(
        "div", _svg(of, placed, t, name), class_="canvas", tabindex=0, role="region", aria_label=t("graph_canvas")
    )
    return tag(
        "figure",
        _controls(of, placed, t),
        drawing,
        tag("figcaption", _legend(of, t), _notes(of, placed, t)),
        graph_table(of, placed, words),
        class_="drawing graph",
        id=name,
        data_drawing="graph",
    )


def _svg(of: Graph, placed: Placed, t: Words, name: str) -> Markup:
    """Faint lines first, then those the case is about, then boxes."""
    kinds = dict.fromkeys(one.kind for one in of.nodes)
    signs = joined(tag("path", d=ICONS[kind], id=f"{name}-{kind}", transform="scale(.875)") for kind in kinds)
    heads = [
        tag(
            "text",
            t("and_so_on").join(dict.fromkeys(t(f"kinds_{kind}") for kind in kinds)),
            x=x,
            y=HEAD - 8,
            class_="head",
            text_anchor="middle",
        )
        for kinds, x in placed.heads
    ]
    plain = not any(one.matters for one in placed.lines)
    return tag(
        "svg",
        tag("title", t("graph_title")),
        tag("desc", described(of, t)),
        tag("defs", signs, class_="signs"),
        tag("g", *heads, class_="heads"),
        # Faint lines share one opacity, so that many through one bend are no darker than one.
        tag("g", *[_line(one) for one in placed.lines if not one.matters], class_="ties faint"),
        tag("g", *[_line(one) for one in placed.lines if one.matters], class_="ties"),
        tag("g", *[_box(one, t, name) for one in placed.boxes], class_="nodes"),
        viewBox=f"0 0 {short(placed.width)} {short(placed.height)}",
        width=short(placed.width),
        height=short(placed.height),
        role="group",
        class_=" ".join(kind for kind, holds in (("plain", plain), ("wide", placed.width > NARROW)) if holds) or None,
        data_columns=" ".join(f"{short(x)}:{short(w)}" for x, w in placed.columns),
        data_bends=" ".join(f"{key}:{column}:{order}" for key, column, order in placed.bends) or None,
    )  # fmt: skip


def described(of: Graph, t: Words) -> str:
    """What is drawn in one sentence, to be read aloud."""
    counted = Counter(one.kind for one in of.nodes)
    parts = t("and_so_on").join(t(f"stack_{kind}", n=n) for kind, n in counted.items())
    hubs = t("and_so_on").join(f"{t(f'kind_{one.kind}')} {t.of(one.shown)}" for one in of.nodes if one.is_hub)
    said = t("graph_says", parts=parts, ties=len(of.ties))
    return f"{said} {t('graph_says_hub', hub=hubs)}" if hubs else said


def path_of(one: Line) -> str:
    """The line as a path: curves between columns, straight through a bend, a bulge to the left within a column. Whole
    numbers, each from the one before: there are hundreds of lines."""
    points = [(round(x), round(y)) for x, y in one.points]
    (x0, y0), (x1, y1) = points[0], points[-1]
    if one.loop:
        out = min(x0, x1) - round(one.loop)
        return f"M{x0} {y0}c{out - x0} 0 {out - x0} {y1 - y0} {x1 - x0} {y1 - y0}"
    text = f"M{x0} {y0}"
    for n, ((xa, ya), (xb, yb)) in enumerate(pairwise(points)):
        half = (xb - xa) // 2
        text += f"h{xb - xa}" if n % 2 else f"c{half} 0 {half} {yb - ya} {xb - xa} {yb - ya}"
    return text


def thickness(count: int) -> int:
    """Of a line by how many payments, withdrawals or decisions stand behind it: 1 to 4.

    >>> [thickness(n) for n in (1, 2, 3, 9, 10, 40, 41)]
    [1, 1, 2, 2, 3, 3, 4]
    """
    return 1 + (count > 2) + (count > 9) + (count > 40)


def _line(one: Line) -> Markup:
    kind = f"tie {one.kind} w{thickness(one.count)}" + (" matters" if one.matters else "")
    return tag("path", d=path_of(one), class_=kind)


def _box(one: Box, t: Words, name: str) -> Markup:
    kinds = ["node", one.thing.kind]
    for kind, holds in (
        ("hub", one.is_hub), ("member", one.is_member), ("matters", one.matters), ("stack", one.thing.is_stack),
    ):  # fmt: skip
        kinds += [kind] if holds else []
    middle = one.h / 2
    text_x = ICON
    parts = [tag("title", title_of(one, t))]
    if one.thing.is_stack:
        parts += [
            tag("rect", x=shift, y=shift, width=one.w, height=one.h, rx=6, class_="behind") for shift in (5.0, 2.5)
        ]
    parts.append(tag("rect", width=one.w, height=one.h, rx=6, class_="face"))
    parts.append(tag("use", href=f"#{name}-{one.thing.kind}", x=6, y=middle - 7))
    if one.note:
        parts.append(tag("text", one.label, x=text_x, y=middle - 2.5, class_="label"))
        parts.append(tag("text", one.note, x=text_x, y=middle + 11.5, class_="note"))
    else:
        parts.append(tag("text", one.label, x=text_x, y=middle + 4.5, class_="label"))
    inside = joined(parts)
    node = one.nodes[0]
    if not one.thing.is_stack and node.look_up.startswith("/"):
        inside = tag("a", inside, href=node.look_up)
    return tag(
        "g", inside, class_=" ".join(kinds), data_k=one.thing.key, transform=f"translate({short(one.x)} {short(one.y)})"
    )


def title_of(one: Box, t: Words) -> str:
    """All that is known of a box, for whoever points at it."""
    if one.thing.is_stack:
        names = [t.of(node.shown) for node in one.nodes]
        more = t("stack_more", n=len(names) - 12) if len(names) > 12 else ""
        return f"{t(f'stack_{one.thing.kind}', n=len(names))}{t('colon')}{t('and_so_on').join(names[:12])}{more}"
    node = one.nodes[0]
    said = [f"{t(f'kind_{node.kind}')} {t.of(node.shown)}", t.of(node.note)]
    said += [t("node_is_hub")] if node.is_hub else [t("node_is_member")] if node.is_member else []
    return t("comma").join(one for one in said if one)


def _legend(of: Graph, t: Words) -> Markup:
    """Kinds of ties and nodes, which `drawing.js` makes into buttons that hide them."""
    found: list[Markup] = []
    there = {one.kind for one in of.ties}
    for kind in [one for one in get_args(TieKind) if one in there]:
        sample = tag("svg", tag("path", d="M1 6H25", class_=f"tie {kind} w2"), width=26, height=12, aria_hidden="true")
        found.append(tag("li", sample, t(f"tie_{kind}"), data_kind=kind))
    return tag("ul", joined(found), class_="legend", aria_label=t("legend"))


def _notes(of: Graph, placed: Placed, t: Words) -> Markup:
    """How to read it, and what is not drawn."""
    said = []
    if any(one.matters for one in placed.lines) and not all(one.matters for one in placed.lines):
        said.append(t("graph_strong"))
    if any(one.thing.is_stack for one in placed.boxes):
        said.append(t("graph_stacked"))
    if of.left_out:
        counted = t("and_so_on").join(t(f"stack_{kind}", n=n) for kind, n in of.left_out)
        said.append(t("graph_left_out", what=counted))
    if of.elsewhere:
        said.append(t("graph_elsewhere", n=of.elsewhere))
    return tag("p", " ".join(said), class_="small") if said else Markup("")


def _controls(of: Graph, placed: Placed, t: Words) -> Markup:
    """What `drawing.js` needs and says. Without it they stay hidden."""
    months = sorted(str(day)[:7] for one in of.ties for day in (one.first_on, one.last_on) if day)

    def button(what: str, sign: str, **more: object) -> Markup:
        said = t(f"do_{what}")
        return tag("button", sign, type="button", class_="second", data_do=what, aria_label=said, title=said, **more)

    parts = []
    if months and months[0] != months[-1]:
        parts.append(
            tag(
                "div",
                button("play", "▶", data_pause=t("do_pause")),
                tag("label", tag("span", t("graph_until")), tag("input", type="range", min=0, max=1, value=1, step=1)),
                tag("output", ""),
                class_="until",
                data_first=months[0],
                data_last=months[-1],
                data_all=t("graph_all_time"),
            )
        )
    if any(one.thing.is_stack for one in placed.boxes):
        parts.append(
            tag("button", t("do_expand"), type="button", class_="second", data_do="expand", data_other=t("do_collapse"))
        )
    parts += [button("out", "−"), button("in", "+"), button("fit", "⤢"), button("full", t("do_full_short"))]
    parts += [
        tag("button", "SVG", type="button", class_="second", data_do="svg", title=t("do_svg"), aria_label=t("do_svg")),
        tag("button", "PNG", type="button", class_="second", data_do="png", title=t("do_png"), aria_label=t("do_png")),
    ]
    says: dict[str, object] = {
        "data_stack_open": t("do_open_stack"),
        "data_stack_close": t("do_close_stack"),
        "data_file": t("graph_file"),
        "data_hide": t("do_hide_kind"),
    }
    return tag(
        "div", *parts, class_="controls no-print", hidden=True, role="group", aria_label=t("graph_controls"), **says
    )
