"""The graph as a table: every node and every tie, for reading aloud, for where the drawing stacks things, and for
`drawing.js`, which draws from it what a stack holds."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from service.console.drawings._graph_layout import Placed
from service.console.drawings._svg import folded, link, own_words, tag
from service.console.formats import NOTHING, number, yuan
from service.console.words import Words
from service.work.portraits.shapes import Graph, Node, Tie


def graph_table(of: Graph, placed: Placed, words: Words) -> Markup:
    """Nodes and ties, one click away. Of each node: its number, column, order, the stack it is in; of each tie: the
    numbers of both nodes and its kind."""
    t = own_words(words)
    stack = {n: box.thing.key for box in placed.boxes if box.thing.is_stack for n in box.thing.nodes}
    column = {n: box.column for box in placed.boxes for n in box.thing.nodes}
    at = {one.key: n for n, one in enumerate(of.nodes)}
    nodes = [
        _row(
            [t(f"kind_{one.kind}"), link(t.of(one.shown), one.look_up), t.of(one.note), _says(one, t)],
            data_n=n, data_kind=one.kind, data_c=column[n], data_o=placed.order[n], data_s=stack.get(n),
            data_is="hub" if one.is_hub else "member" if one.is_member else None,
        )
        for n, one in enumerate(of.nodes)
    ]  # fmt: skip
    ties = [
        _row(
            [
                t.of(of.nodes[at[one.one]].shown), t(f"tie_{one.kind}"), t.of(of.nodes[at[one.other]].shown),
                number(one.count), yuan(one.amount_fen) if one.amount_fen is not None else "", days(one),
            ],
            data_t=f"{at[one.one]} {at[one.other]}", data_kind=one.kind, data_matters="1" if one.matters else None,
        )
        for one in of.ties
        if one.one in at and one.other in at
    ]  # fmt: skip
    inside = _table(t("graph_nodes"), [t("node_kind"), t("node_name"), t("node_note"), t("node_says")], nodes, "nodes")
    heads = [t("tie_from"), t("tie_how"), t("tie_to"), t("tie_count"), t("amount"), t("tie_when")]
    inside += _table(t("graph_ties"), heads, ties, "ties")
    return folded(t("graph_as_table", nodes=len(nodes), ties=len(ties)), inside, class_="as-table")


def days(one: Tie) -> str:
    """When a tie was first and last seen."""
    if one.first_on is None and one.last_on is None:
        return NOTHING
    first, last = (str(day) if day else "" for day in (one.first_on, one.last_on))
    return first if first == last else f"{first} – {last}"


def _says(one: Node, t: Words) -> str:
    return t("node_is_hub") if one.is_hub else t("node_is_member") if one.is_member else ""


def _row(cells: Iterable[str | Markup], **about: object) -> Markup:
    """A row without the closing tags HTML does not need: there are hundreds."""
    return Markup("").join([_open("tr", **about), *(_open("td") + cell for cell in cells)])


def _open(name: str, **about: object) -> Markup:
    return Markup(str(tag(name, **about)).removesuffix(f"</{name}>"))  # noqa: S704 - escaped by `tag`


def _table(caption: str, heads: list[str], rows: list[Markup], kind: str) -> Markup:
    head = tag("tr", *[tag("th", one, scope="col") for one in heads])
    shown = tag(
        "table", tag("caption", caption), tag("thead", head), tag("tbody", *rows), class_=f"listed {kind}"
    )  # fmt: skip
    return tag("div", shown, class_="scroll", tabindex=0, role="region", aria_label=caption)
