"""Drawings of a county: its payments, what is missing, who was looked at, hubs, and one ring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
from _house import AMBER, GREY, PALE, TEAL, label_lines
from numpy.typing import NDArray

Float = NDArray[np.float64]


def calendar(payments: pd.DataFrame, *, top: int, as_of: str) -> None:
    """Payments a month of the largest programs, as dots whose area is the number; columns `program_id` and `day`."""
    largest = payments["program_id"].value_counts().index[:top]
    month = payments["day"].dt.to_period("M").dt.to_timestamp()
    counts = payments.groupby(["program_id", month]).size()
    _, axes = plt.subplots(figsize=(8.5, 0.34 * top + 1))
    for place, program in enumerate(largest[::-1]):
        own = counts.loc[program]
        axes.scatter(own.index, np.full(len(own), place), s=90 * own / counts.max() + 3, color=TEAL, linewidths=0)
        axes.text(1.01, place, f"{own.sum():,}", transform=axes.get_yaxis_transform(), va="center", color=GREY)
    axes.axvline(pd.Timestamp(as_of).timestamp() / 86_400, color=AMBER, linewidth=1.2)
    axes.annotate("T", (pd.Timestamp(as_of), top - 0.45), color=AMBER, ha="center", va="bottom", annotation_clip=False)
    axes.set_yticks(range(top), largest[::-1])
    axes.set_ylim(-0.6, top - 0.4)
    axes.set(ylabel="program")
    axes.set_title("Payments a month, by program (dot area; total on the right)", pad=14)
    plt.show()


def missing(share: pd.Series[float], whom: pd.Series[str], meaning: pd.Series[str]) -> None:
    """Share of payments without a value, one dot a feature, by whom the feature describes."""
    order = share.groupby(whom).median().sort_values().index
    _, axes = plt.subplots(figsize=(8.5, 0.36 * len(order) + 1))
    rng = np.random.default_rng(0)
    for colour, word in ((GREY, "none"), (AMBER, "unknown")):
        own = share[meaning == word]
        place = np.array([list(order).index(w) for w in whom[own.index]])
        axes.scatter(
            own, place + rng.uniform(-0.22, 0.22, len(own)), s=18, color=colour, alpha=0.75, label=word, linewidths=0
        )
    axes.set_yticks(range(len(order)), order)
    axes.set(
        xlabel="share of payments without a value",
        ylabel="feature describes",
        title="What is missing, and what that means",
    )
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    axes.legend(title="no value means", loc="upper left", bbox_to_anchor=(1, 1), alignment="left")
    plt.show()


def findings(table: pd.DataFrame, *, total: int) -> None:
    """Findings by why somebody looked (rows) and what was found (columns), as stacked bars with their counts."""
    order = table.sum(axis=1).sort_values().index
    table = table.reindex(index=order, columns=["confirmed", "error", "cleared"], fill_value=0).astype(float)
    _, axes = plt.subplots(figsize=(8.5, 0.42 * len(table) + 1.2))
    left = np.zeros(len(table))
    for colour, name in ((AMBER, "confirmed"), (GREY, "error"), (PALE, "cleared")):
        values = np.asarray(table[name], float)
        axes.barh(table.index, values, left=left, color=colour, label=name, height=0.7)
        left += values
    for k, row in enumerate(left):
        share = table["confirmed"].iloc[k] / row
        axes.annotate(
            f"{row:.0f} looked at, {share:.0%} confirmed",
            (row, k),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=GREY,
        )
    axes.set(
        xlabel="payments with a finding",
        ylabel="selected by",
        title=f"{left.sum():,.0f} of {total:,} payments were ever looked at",
    )
    axes.set_xlim(0, left.max() * 1.45)
    axes.legend(loc="lower right")
    plt.show()


def degrees(degree: pd.Series[int], kinds: Sequence[str]) -> None:
    """Share of hubs of each kind that touch at least so many households, both axes in powers of ten."""
    _, axes = plt.subplots(figsize=(8.5, 4))
    for kind in [k for k in kinds if k in degree.index.get_level_values(0)]:
        own = np.sort(np.asarray(degree.loc[kind]))
        size, first = np.unique(own, return_index=True)
        axes.plot(size, 1 - first / len(own), marker="o", markersize=3, linewidth=1.3, label=f"{kind} ({len(own):,})")
    axes.set(xscale="log", yscale="log", xlabel="households touched", ylabel="share of hubs that touch as many or more")
    axes.set_title("Cards and devices serve few households, outlets and officials many")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
    label_lines(axes)
    plt.show()


def drawings(
    days: pd.Series[Any], cards: pd.Series[Any], outlets: pd.Series[Any], *, title: str, minutes: bool = False
) -> None:
    """Withdrawals as ticks: a row a card, time from left to right, colour the outlet."""
    order = {card: k for k, card in enumerate(cards.value_counts().index[::-1])}
    _, axes = plt.subplots(figsize=(8.5, 0.26 * len(order) + 1.3))
    colours = dict(zip(outlets.value_counts().index, (TEAL, AMBER, "#7a5195", "#3b7dd8"), strict=False))
    for outlet, colour in colours.items():
        own = outlets == outlet
        axes.scatter(
            days[own], cards[own].map(order), s=60, marker="|", color=colour, linewidths=1.8, label=f"outlet {outlet}"
        )
    rest = ~outlets.isin(list(colours))
    if rest.any():
        axes.scatter(
            days[rest], cards[rest].map(order), s=60, marker="|", color=PALE, linewidths=1.8, label="elsewhere"
        )
    axes.set_yticks(range(len(order)), [f"card {card}" for card in order], fontsize=8)
    axes.set(title=title, ylim=(-0.7, len(order) - 0.3))
    if minutes:
        axes.xaxis.set_major_formatter(lambda x, _: f"{pd.Timestamp(x, unit='D'):%H:%M}")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    plt.show()


def layers(graph: nx.Graph[str], columns: Sequence[Sequence[str]], *, title: str, start: str | None = None) -> None:
    """A graph in columns by the `kind` of its nodes, area by neighbours; the node to `start` from is circled."""
    names = [kind for column in columns for kind in column]
    colours = dict(zip(names, (GREY, TEAL, "#3b7dd8", "#7a5195", "#b0457a", AMBER), strict=False))
    kinds = {node: str(graph.nodes[node]["kind"]) for node in graph}
    place: dict[str, tuple[float, float]] = {}
    for x, column in enumerate(columns):
        nodes = [n for n in graph if kinds[n] in column]
        # Neighbours already placed pull a node to their height, so that lines cross less.
        height = {n: np.mean([place[m][1] for m in graph[n] if m in place] or [0.5]) for n in nodes}
        for k, node in enumerate(sorted(nodes, key=lambda n: (height[n], n))):
            place[node] = (x, (k + 0.5) / len(nodes))
    tallest = max(sum(kinds[n] in column for n in graph) for column in columns)
    _, axes = plt.subplots(figsize=(8.5, min(8.0, 0.3 * tallest + 2)))
    for a, b in graph.edges:
        axes.plot(*zip(place[a], place[b], strict=True), color=GREY, alpha=0.45, linewidth=0.9, zorder=1)
    for node, at in place.items():
        axes.scatter(*at, s=40 + 25 * graph.degree(node), color=colours[kinds[node]], zorder=2, linewidths=0)
        side = {0: (-9, "right"), len(columns) - 1: (9, "left")}.get(int(at[0]))
        if side is not None:
            axes.annotate(
                node, at, xytext=(side[0], 0), textcoords="offset points", ha=side[1], va="center", fontsize=8
            )
    if start is not None:
        axes.scatter(*place[start], s=190, facecolors="none", edgecolors=AMBER, linewidths=2, zorder=3)
    counts = pd.Series(kinds).value_counts()
    heads = [[f"{counts[k]} {k}{'s' if counts[k] > 1 else ''}" for k in column if k in counts] for column in columns]
    axes.set_xticks(range(len(columns)), [", ".join(head) for head in heads])
    axes.xaxis.tick_top()
    axes.set(yticks=[], ylim=(-0.03, 1.03), xlim=(-0.5, len(columns) - 0.5))
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_title(title, pad=12)
    plt.show()
