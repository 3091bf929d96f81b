"""Who and what a case touches: people left, cards in the middle, officials right; ties by kind and date."""

from __future__ import annotations

from markupsafe import Markup

from service.console.drawings._graph_table import graph_table
from service.console.drawings._svg import tag
from service.console.words import Words
from service.work.portraits.shapes import Graph


def graph(of: Graph, words: Words, *, name: str = "graph") -> Markup:
    """The drawing with its controls, and the same as a table. `name` distinguishes several on one page."""
    return tag("figure", graph_table(of, words), class_="drawing graph", id=name)
