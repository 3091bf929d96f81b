"""The graph as a table: every node and every tie, for reading aloud, for where the drawing stacks things, and for
`drawing.js`, which draws from it what a stack holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, get_args

from markupsafe import Markup

from service.console.drawings._graph_layout import Placed
from service.console.drawings._svg import folded, link, opened, own_words, safe, tag
from service.console.formats import NOTHING, number, yuan
from service.console.words import Words
from service.work.portraits.shapes import Graph, Node, NodeKind, Tie, TieKind

KINDS: Final[tuple[str, ...]] = get_args(NodeKind)
TIES: Final[tuple[str, ...]] = get_args(TieKind)


def graph_table(of: Graph, placed: Placed, words: Words) -> Markup:
    """Nodes and ties, one click away.

    Rows say as numbers what `drawing.js` needs, since there may be hundreds. `data-n` of a node: its kind, column,
    order, stack (or -), part in the case (h, m or -), rows in the order of the nodes. `data-t` of a tie: both nodes,
    its kind, whether it matters. `data-kinds` names the kinds.
    """
    t = own_words(words)
    stack = {n: box.thing.key for box in placed.boxes if box.thing.is_stack for n in box.thing.nodes}
    column = {n: box.column for box in placed.boxes for n in box.thing.nodes}
    at = {one.key: n for n, one in enumerate(of.nodes)}
    nodes = []
    for n, one in enumerate(of.nodes):
        part = "h" if one.is_hub else "m" if one.is_member else "-"
        told = f"{KINDS.index(one.kind)} {column[n]} {placed.order[n]} {stack.get(n, '-')} {part}"
        cells = [t(f"kind_{one.kind}"), link(t.of(one.shown), one.look_up), t.of(one.note), _says(one, t)]
        nodes.append(_row([_cell(one) for one in cells], data_n=told))
    heads = [t("node_kind"), t("node_name"), t("node_note"), t("node_says")]
    inside = _table(t("graph_nodes"), heads, nodes, "nodes", KINDS)
    heads = [t("tie_from"), t("tie_how"), t("tie_to"), t("tie_count"), t("amount"), t("tie_when")]
    ties = _ties(of, at, t)
    inside += _table(t("graph_ties"), heads, ties, "ties", TIES)
    return folded(t("graph_as_table", nodes=len(nodes), ties=len(ties)), inside, class_="as-table")


def _ties(of: Graph, at: dict[str, int], t: Words) -> list[Markup]:
    """Rows of ties, those of one node together below its name."""
    of_node: dict[int, list[Tie]] = defaultdict(list)
    for tie in of.ties:
        if tie.one in at and tie.other in at:
            of_node[at[tie.one]].append(tie)
    rows = []
    for n, ties in of_node.items():
        for place, tie in enumerate(ties):
            told = f"{n} {at[tie.other]} {TIES.index(tie.kind)} {int(tie.matters)}"
            cells = [
                t(f"tie_{tie.kind}"), t.of(of.nodes[at[tie.other]].shown), number(tie.count),
                yuan(tie.amount_fen) if tie.amount_fen is not None else "", days(tie),
            ]  # fmt: skip
            name = _cell(t.of(of.nodes[n].shown), rowspan=len(ties) if len(ties) > 1 else None)
            rows.append(_row(([] if place else [name]) + [_cell(one) for one in cells], data_t=told))
    return rows


def days(one: Tie) -> str:
    """When a tie was first and last seen."""
    if one.first_on is None and one.last_on is None:
        return NOTHING
    first, last = (str(day) if day else "" for day in (one.first_on, one.last_on))
    return first if first == last else f"{first} – {last}"


def _says(one: Node, t: Words) -> str:
    return t("node_is_hub") if one.is_hub else t("node_is_member") if one.is_member else ""


def _row(cells: Iterable[str], **about: object) -> Markup:
    """A row of cells without the closing tags HTML does not need: there are hundreds."""
    return Markup("".join([opened("tr", about), *cells]))  # noqa: S704 - cells are made by `_cell`


def _cell(text: str | Markup, **about: object) -> str:
    """A cell, safe."""
    return opened("td", about) + safe(text)


def _table(caption: str, heads: list[str], rows: list[Markup], kind: str, kinds: tuple[str, ...]) -> Markup:
    head = tag("tr", *[tag("th", one, scope="col") for one in heads])
    shown = tag(
        "table",
        tag("caption", caption),
        tag("thead", head),
        tag("tbody", *rows),
        class_=f"listed {kind}",
        data_kinds=" ".join(kinds),
    )
    return tag("div", shown, class_="scroll", tabindex=0, role="region", aria_label=caption)
