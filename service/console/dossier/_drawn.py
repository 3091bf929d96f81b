"""The drawings of a dossier, with what they show as tables: ties and events on pages lying on their side."""

from __future__ import annotations

from typing import Final

from service.console.dossier._compared import compared
from service.console.dossier._happened import happened
from service.console.dossier._paper import Paper
from service.console.dossier._telling import Telling
from service.console.dossier._ties import ties
from service.console.dossier.facts import Dossier
from service.console.drawings import distribution
from service.console.drawings._graph_table import days
from service.console.drawings._svg import own_words
from service.console.drawings._timeline_layout import ROUTINE
from service.console.drawings.timeline import names_of
from service.console.formats import moment, number, yuan
from service.work.portraits.shapes import Event, Graph, Peers

MOST_TIES: Final = 40
MOST_EVENTS: Final = 60
"""Lines of the tables below the drawings."""


def drawings(paper: Paper, of: Dossier, say: Telling) -> None:
    """Ties, events, comparisons."""
    drawn = of.drawn
    if drawn.graph or drawn.events:
        paper.turn(lying=True)
        if drawn.graph:
            _ties(paper, drawn.graph, say)
        if drawn.graph and drawn.events:
            paper.page()
        if drawn.events:
            _events(paper, drawn.events, drawn.graph, say)
        paper.turn(lying=False)
    if drawn.hub_peers or drawn.peers:
        paper.heading(say("toc_peers"))
    for one in (*drawn.hub_peers, *drawn.peers):
        _peers(paper, one, say)


def _ties(paper: Paper, graph: Graph, say: Telling) -> None:
    t = own_words(say.words)
    paper.heading(say("toc_graph"))
    canvas, said = ties(graph, say.words)
    paper.drawing(canvas, say("toc_graph"), said)
    names = names_of(graph, t)
    there = [one for one in graph.ties if one.one in names and one.other in names]
    # What the case is about; where nothing is, all there is.
    shown = [one for one in there if one.matters] or there
    told = [t("graph_strong")] if len(shown) < len(there) else []
    if min(len(shown), MOST_TIES) < len(there):
        told.append(say("doc_more_rows", n=len(there) - min(len(shown), MOST_TIES)))
    if told:
        paper.text(" ".join(told), small=True)
    rows = [
        (
            names[one.one], t(f"tie_{one.kind}"), names[one.other], number(one.count),
            "" if one.amount_fen is None else yuan(one.amount_fen), days(one),
        )
        for one in shown[:MOST_TIES]
    ]  # fmt: skip
    heads = (t("tie_from"), t("tie_how"), t("tie_to"), t("tie_count"), t("amount"), t("tie_when"))
    paper.table(heads, rows, (3, 1.4, 3, 0.8, 1.4, 2.4), right=frozenset({3, 4}), lying=True)


def _events(paper: Paper, events: tuple[Event, ...], graph: Graph | None, say: Telling) -> None:
    t = own_words(say.words)
    names = names_of(graph, t)
    paper.heading(say("toc_timeline"))
    paper.drawing(happened(events, say.words, say.zone, names), say("toc_timeline"), t("timeline_caption"))
    # Of the case, and what does not happen every month.
    telling = [one for one in events if one.in_case or one.kind not in ROUTINE] or list(events)
    first = sorted(telling, key=lambda one: (one.kind in ROUTINE, not one.in_case, one.at))[:MOST_EVENTS]
    if len(first) < len(events):
        paper.text(say("doc_more_rows", n=len(events) - len(first)), small=True)
    rows = [
        (
            moment(one.at, say.zone), t(f"event_{one.kind}"), one.text[0], names.get(one.about, ""),
            "" if one.amount_fen is None else yuan(one.amount_fen),
            moment(one.known_at, say.zone) if one.known_at else "", t("event_in_case") if one.in_case else "",
        )
        for one in sorted(first, key=lambda one: one.at)
    ]  # fmt: skip
    heads = (
        t("event_at"), t("event_kind"), t("event_text"), t("event_about"), t("amount"), t("event_known_at"),
        t("event_of"),
    )  # fmt: skip
    paper.table(heads, rows, (1.7, 1.2, 3.4, 1.6, 1.1, 1.7, 1.1), right=frozenset({4}), lying=True)


def _peers(paper: Paper, one: Peers, say: Telling) -> None:
    paper.heading(f"{one.measure[0]}（{one.group[0]}）", 2)
    said = distribution.in_words(one, say.words)
    if one.peers and one.counts and not distribution.all_the_same(one):
        paper.drawing(compared(one, say.words), one.measure[0], said)
    paper.text(said)
