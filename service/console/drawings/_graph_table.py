"""The graph as a table: every node with its ties, for reading aloud and for where the drawing stacks things."""

from __future__ import annotations

from markupsafe import Markup

from service.console.drawings._svg import folded, link, own_words, table, tag
from service.console.formats import NOTHING, number, yuan
from service.console.words import Words
from service.work.portraits.shapes import Graph, Node, Tie


def graph_table(of: Graph, words: Words) -> Markup:
    """Nodes and ties, one click away."""
    t = own_words(words)
    nodes = [
        [t(f"kind_{one.kind}"), link(t.of(one.shown), one.look_up), t.of(one.note), _says(one, t)] for one in of.nodes
    ]
    known = {one.key: t.of(one.shown) for one in of.nodes}
    ties = [
        [
            known.get(one.one, NOTHING), t(f"tie_{one.kind}"), known.get(one.other, NOTHING), number(one.count),
            yuan(one.amount_fen), days(one),
        ]
        for one in of.ties
    ]  # fmt: skip
    inside = table(t("graph_nodes"), [t("node_kind"), t("node_name"), t("node_note"), t("node_says")], nodes)
    inside += table(
        t("graph_ties"),
        [t("tie_from"), t("tie_how"), t("tie_to"), (t("tie_count"), "num"), (t("amount"), "num"), t("tie_when")],
        ties,
    )
    return folded(t("graph_as_table", nodes=len(of.nodes), ties=len(of.ties)), tag("div", inside), class_="as-table")


def days(one: Tie) -> str:
    """When a tie was first and last seen."""
    if one.first_on is None and one.last_on is None:
        return NOTHING
    first, last = (str(day) if day else NOTHING for day in (one.first_on, one.last_on))
    return first if first == last else f"{first} – {last}"


def _says(one: Node, t: Words) -> str:
    return t("node_is_hub") if one.is_hub else t("node_is_member") if one.is_member else ""
