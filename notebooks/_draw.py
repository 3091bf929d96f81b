"""The drawings of the notebooks, those that take more lines than a cell should have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
from _house import AMBER, GREY, INK, PALE, TEAL, label_lines, moment
from numpy.typing import NDArray

from models.evaluation.over_time.reliability import Reliability
from models.release.items import Item
from models.scoring.bundle import Bundle
from models.scoring.facts import Facts

Float = NDArray[np.float64]


def calendar(payments: pd.DataFrame, *, top: int, as_of: str) -> None:
    """Payments a month of the largest programs, as dots whose area is the number; columns `program_id` and `day`."""
    largest = payments["program_id"].value_counts().index[:top]
    month = payments["day"].dt.to_period("M").dt.to_timestamp()
    counts = payments.groupby(["program_id", month]).size()
    figure, axes = plt.subplots(figsize=(8.5, 0.34 * top + 1))
    for place, program in enumerate(largest[::-1]):
        own = counts.loc[program]
        axes.scatter(own.index, np.full(len(own), place), s=90 * own / counts.max() + 3, color=TEAL, linewidths=0)
        axes.text(1.01, place, f"{own.sum():,}", transform=axes.get_yaxis_transform(), va="center", color=GREY)
    axes.axvline(pd.Timestamp(as_of), color=AMBER, linewidth=1.2)
    axes.annotate("T", (pd.Timestamp(as_of), top - 0.45), color=AMBER, ha="center", va="bottom", annotation_clip=False)
    axes.set_yticks(range(top), largest[::-1])
    axes.set_ylim(-0.6, top - 0.4)
    axes.set(ylabel="program")
    axes.set_title("Payments a month, by program (dot area; total on the right)", pad=14)
    plt.show()


def delays(series: Mapping[str, Float], label: str, title: str) -> None:
    """The share of each series that is at most so large, with its median marked; values in days, NaN left out."""
    figure, axes = plt.subplots()
    for colour, (name, values) in zip((TEAL, AMBER, GREY, INK), series.items(), strict=False):
        known = np.sort(np.asarray(values, float)[~np.isnan(values)])
        middle = float(np.median(known))
        words = f"{name} ({len(known):,}): median {middle:.0f} days"
        axes.step(known, np.arange(1, len(known) + 1) / len(known), where="post", color=colour, label=words)
        axes.plot([middle], [0.5], "o", color=colour)
    axes.set(xlabel=label, ylabel="share known by then", title=title, ylim=(0, 1.02))
    axes.yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    axes.legend(loc="lower right", labelcolor="linecolor", handlelength=0)
    plt.show()


def missing(share: pd.Series[float], whom: pd.Series[str], meaning: pd.Series[str]) -> None:
    """Share of payments without a value, one dot a feature, by whom the feature describes."""
    order = share.groupby(whom).median().sort_values().index
    figure, axes = plt.subplots(figsize=(8.5, 0.36 * len(order) + 1))
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
    table = table.loc[table.sum(axis=1).sort_values().index]
    figure, axes = plt.subplots(figsize=(8.5, 0.42 * len(table) + 1.2))
    left = np.zeros(len(table))
    for colour, name in ((AMBER, "confirmed"), (GREY, "error"), (PALE, "cleared")):
        values = table.get(name, pd.Series(0, table.index)).to_numpy(dtype=float)
        axes.barh(table.index, values, left=left, color=colour, label=name, height=0.7)
        left += values
    for k, row in enumerate(left):
        share = table.get("confirmed", pd.Series(0, table.index)).iloc[k] / row
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
    figure, axes = plt.subplots(figsize=(8.5, 4))
    for kind in [k for k in kinds if k in degree.index.get_level_values(0)]:
        own = np.sort(degree.loc[kind].to_numpy())
        size, first = np.unique(own, return_index=True)
        axes.plot(size, 1 - first / len(own), marker="o", markersize=3, linewidth=1.3, label=f"{kind} ({len(own):,})")
    axes.set(xscale="log", yscale="log", xlabel="households touched", ylabel="share of hubs that touch as many or more")
    axes.set_title("Cards and devices serve few households, outlets and officials many")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
    label_lines(axes)
    plt.show()


def budgets(scores: Mapping[str, Float], irregular: NDArray[np.bool_], *, judged_by: str) -> None:
    """Share of the irregular payments within the top of each ranking, by share of payments looked at (n,)."""
    n = len(irregular)
    share = np.unique((np.geomspace(0.001, 0.2, 60) * n).astype(int))
    share = share[share > 0]
    figure, axes = plt.subplots(figsize=(8.5, 4))
    for colour, (name, score) in zip((TEAL, AMBER, GREY, "#7a5195", "#3b7dd8"), scores.items(), strict=False):
        # Equal scores in no order, or the order of the file would count.
        order = np.lexsort((np.random.default_rng(0).random(n), -np.asarray(score)))
        found = np.cumsum(irregular[order])[share - 1] / irregular.sum()
        axes.plot(share / n, found, color=colour, label=name, linewidth=2.4 if colour == TEAL else 1.3)
    axes.set(xscale="log", xlabel="share of payments looked at", ylabel="share of irregular ones found", ylim=(0, None))
    axes.set_title(f"What a look buys ({irregular.sum():,} irregular of {n:,}, {judged_by})")
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:.1%}")
    axes.yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    label_lines(axes)
    plt.show()


def bars(
    values: pd.Series[float], *, xlabel: str, title: str, accent: Sequence[str] = (), by_size: bool = True
) -> None:
    """Horizontal bars, largest first (or as given), each with its number; names in `accent` stand out."""
    values = values.sort_values() if by_size else values[::-1]
    figure, axes = plt.subplots(figsize=(8.5, 0.3 * len(values) + 1))
    colours = [AMBER if name in accent else TEAL for name in values.index]
    axes.barh([str(name) for name in values.index], values, color=colours, height=0.65)
    for k, value in enumerate(values):
        axes.annotate(f"{value:,.3g}", (value, k), xytext=(4, 0), textcoords="offset points", va="center", color=GREY)
    axes.set(xlabel=xlabel, title=title)
    axes.margins(x=0.1)
    axes.grid(axis="y", visible=False)
    plt.show()


def terms(bundle: Bundle, facts: Facts, most: int = 4) -> None:
    """The learned steps that move the score most, above how the payments are spread along the feature."""
    names = [feature.name for feature in facts.features]
    columns = {term.feature: facts.values[:, names.index(term.feature)] for term in bundle.terms}
    spread = {t.feature: float(np.std(t.values(columns[t.feature]))) for t in bundle.terms}
    chosen = sorted(bundle.terms, key=lambda t: -spread[t.feature])[:most]
    figure, grid = plt.subplots(1, len(chosen), figsize=(2.5 * len(chosen), 3.2), sharey=True, squeeze=False)
    for axes, term in zip(grid[0], chosen, strict=True):
        known = columns[term.feature][~np.isnan(columns[term.feature])]
        low, high = np.quantile(known, (0.005, 0.995))
        x = np.linspace(low, max(high, low + 1e-6), 400)
        axes.plot(x, bundle.scale * term.values(x), color=TEAL, drawstyle="steps-post")
        axes.plot(np.random.default_rng(0).choice(known, 150), np.full(150, 0), "|", color=GREY, alpha=0.4)
        axes.axhline(0, color=PALE, linewidth=1)
        axes.set_title(term.feature.replace("_", " "), fontsize=8, fontweight="normal")
        axes.set_xlabel(f"{len(known) / len(facts.values):.0%} of payments have it", fontsize=8)
    grid[0, 0].set_ylabel("added to the log-odds")
    figure.suptitle(
        "What was learned beyond the rules (ticks: payments)", x=0.01, ha="left", fontweight="bold", fontsize=11
    )
    plt.show()


def two_scores(one: Float, other: Float, irregular: NDArray[np.bool_], lines: tuple[float, float]) -> None:
    """The same payments by two models, probabilities (n,), with the line each of them draws."""
    figure, axes = plt.subplots(figsize=(5.6, 5))
    rng = np.random.default_rng(0)
    for mask, colour, name, size in ((~irregular, PALE, "not irregular", 8), (irregular, AMBER, "irregular", 16)):
        few = np.nonzero(mask)[0]
        few = rng.choice(few, 4000, replace=False) if len(few) > 4000 else few
        axes.scatter(
            one[few], other[few], s=size, color=colour, label=f"{name} ({mask.sum():,})", linewidths=0, alpha=0.8
        )
    axes.axvline(lines[0], color=TEAL, linewidth=1)
    axes.axhline(lines[1], color=TEAL, linewidth=1)
    axes.set(xscale="logit", yscale="logit", xlabel="champion's probability", ylabel="challenger's probability")
    axes.set_title("Two models, the same payments")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_formatter(lambda *_: "")
    axes.legend(loc="lower right")
    plt.show()


def gate(items: Sequence[Item]) -> None:
    """The gate's items: the difference with its interval, in units of what is allowed; words where it has none."""
    plain = {"facecolor": "white", "edgecolor": "none", "pad": 2}
    colours = {"passed": TEAL, "failed": AMBER, "cannot tell": GREY}
    figure, axes = plt.subplots(figsize=(8.5, 0.5 * len(items) + 1.1))
    for k, item in enumerate(items[::-1]):
        apart, allowed = item.difference, item.tolerance
        axes.text(
            1.02,
            k,
            item.said,
            transform=axes.get_yaxis_transform(),
            va="center",
            color=colours[item.said],
            fontweight="bold",
        )
        if apart.value is None or apart.low is None or apart.high is None or not allowed or item.name in ABSOLUTE:
            short = item.why if len(item.why) < 75 else item.why[:72] + "..."
            axes.text(
                0.02, k, short, transform=axes.get_yaxis_transform(), va="center", fontsize=8, color=GREY, bbox=plain
            )
            continue
        sign = -1 if item.name == "calibration" else 1
        low, value, high = (sign * v / allowed for v in (apart.low, apart.value, apart.high))
        axes.plot([low, high], [k, k], color=colours[item.said], linewidth=3, alpha=0.4)
        axes.plot([value], [k], "o", color=colours[item.said])
    axes.axvline(-1, color=AMBER, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.axvline(0, color=GREY, linewidth=0.8)
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, -2), max(high, 2))
    axes.set_yticks(range(len(items)), [item.name.replace("_", " ") for item in items[::-1]])
    axes.set(
        xlabel="challenger less champion, in units of the drop that is allowed (dashed)", ylim=(-0.6, len(items) - 0.4)
    )
    axes.set_title("The gate, item by item (95 % intervals)")
    axes.grid(axis="y", visible=False)
    plt.show()


ABSOLUTE = ("stability", "latency", "groups")
"""Items that are no difference of two figures of which more is better."""


def intervals(
    frame: pd.DataFrame, *, xlabel: str, title: str, bound: float | None = None, percent: bool = False
) -> None:
    """One dot with its interval a row; columns `value`, `low`, `high`, `note` and `sure` (else it is drawn grey)."""
    figure, axes = plt.subplots(figsize=(8.5, 0.3 * len(frame) + 1.1))
    widest = float(np.nanmax(frame["value"])) * 3 if len(frame) else 1.0
    for k, (_, row) in enumerate(frame[::-1].iterrows()):
        colour = TEAL if row["sure"] else GREY
        if bound is not None and row["sure"] and row["low"] > bound:
            colour = AMBER
        axes.plot([row["low"], min(row["high"], widest)], [k, k], color=colour, linewidth=3, alpha=0.4)
        axes.plot([row["value"]], [k], "o", color=colour, markersize=5)
        axes.text(1.02, k, row["note"], transform=axes.get_yaxis_transform(), va="center", fontsize=8, color=colour)
    if bound is not None:
        axes.axvline(bound, color=AMBER, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.set_yticks(range(len(frame)), frame.index[::-1])
    axes.set(xlabel=xlabel, title=title, ylim=(-0.7, len(frame) - 0.3))
    axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
    if percent:
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:.1%}")
    axes.grid(axis="y", visible=False)
    plt.show()


def months(series: Mapping[str, pd.Series[float]], *, ylabel: str, title: str, bound: float | None = None) -> None:
    """A line a series by month (`2019-07`), named at its end; `bound` is drawn across."""
    figure, axes = plt.subplots()
    index = sorted(set().union(*(one.index for one in series.values())))
    at = pd.to_datetime(pd.Index(index))
    for name, one in series.items():
        axes.plot(at, one.reindex(index).fillna(0), marker="o", markersize=3, label=name)
    if bound is not None:
        axes.axhline(bound, color=AMBER, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.set(ylabel=ylabel, title=title, ylim=(0, None))
    label_lines(axes)
    plt.show()


def layers(graph: nx.Graph, order: Sequence[str], *, title: str, start: str | None = None) -> None:
    """A graph in columns by the `kind` of its nodes; area by neighbours, width of an edge by its `weight`."""
    colours = dict(zip(order, (TEAL, "#3b7dd8", "#7a5195", AMBER, INK, GREY), strict=False))
    columns = {kind: [n for n, k in graph.nodes(data="kind") if k == kind] for kind in order}
    columns = {kind: nodes for kind, nodes in columns.items() if nodes}
    place: dict[str, tuple[float, float]] = {}
    for x, nodes in enumerate(columns.values()):
        # Neighbours already placed pull a node to their height, so that lines cross less.
        height = {n: np.mean([place[m][1] for m in graph[n] if m in place] or [0.5]) for n in nodes}
        for k, node in enumerate(sorted(nodes, key=lambda n: (height[n], n))):
            place[node] = (x, (k + 0.5) / len(nodes))
    tallest = max(map(len, columns.values()))
    figure, axes = plt.subplots(figsize=(8.5, min(8.0, 0.22 * tallest + 2)))
    weight = np.array([w for *_, w in graph.edges(data="weight", default=1)], float)
    for (a, b), w in zip(graph.edges, weight / weight.max(), strict=True):
        axes.plot(
            *zip(place[a], place[b], strict=True), color=GREY, alpha=0.25 + 0.4 * w, linewidth=0.4 + 1.6 * w, zorder=1
        )
    central = nx.degree_centrality(graph)
    for kind, nodes in columns.items():
        size = [30 + 600 * central[n] for n in nodes]
        axes.scatter(*zip(*(place[n] for n in nodes), strict=True), s=size, color=colours[kind], zorder=2, linewidths=0)
        if len(nodes) <= 8:
            for node in nodes:
                axes.annotate(node, place[node], xytext=(0, 9), textcoords="offset points", ha="center", fontsize=7.5)
    if start is not None:
        axes.scatter(*place[start], s=160, facecolors="none", edgecolors=AMBER, linewidths=2, zorder=3)
    axes.set_xticks(
        range(len(columns)), [f"{len(nodes)} {kind}{'s' if len(nodes) > 1 else ''}" for kind, nodes in columns.items()]
    )
    axes.xaxis.tick_top()
    axes.set(yticks=[], ylim=(-0.05, 1.1))
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_title(title, pad=12)
    plt.show()


def reliability(found: Reliability, *, title: str) -> None:
    """What was said against what was found, with intervals; the number of findings beside each dot."""
    figure, axes = plt.subplots(figsize=(6.2, 4.6))
    low = 1e-4
    axes.plot([low, 1], [low, 1], color=GREY, linewidth=1, linestyle=(0, (4, 3)))
    for one in found.bins:
        value, at = one.confirmed.value or 0.0, max(one.mean_score, low)
        axes.plot(
            [at, at],
            [max(one.confirmed.low or 0.0, low), max(one.confirmed.high or value, low)],
            color=TEAL,
            alpha=0.4,
            linewidth=3,
        )
        axes.plot([at], [max(value, low)], "o", color=TEAL, markersize=5)
        axes.annotate(
            f"{one.rows}", (at, max(value, low)), xytext=(6, 2), textcoords="offset points", fontsize=8, color=GREY
        )
    axes.set(xscale="log", yscale="log", xlim=(low / 1.3, 1.2), ylim=(low / 1.3, 1.2))
    axes.set(xlabel="probability the model said", ylabel="share confirmed (none: at the bottom)", title=title)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda x, _: f"{x:.4g}")
    plt.show()


def drawings(
    days: pd.Series[Any], cards: pd.Series[Any], outlets: pd.Series[Any], *, title: str, minutes: bool = False
) -> None:
    """Withdrawals as ticks: a row a card, time from left to right, colour the outlet."""
    order = {card: k for k, card in enumerate(cards.value_counts().index[::-1])}
    figure, axes = plt.subplots(figsize=(8.5, 0.26 * len(order) + 1.3))
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
        from matplotlib.dates import DateFormatter

        axes.xaxis.set_major_formatter(DateFormatter("%H:%M"))
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    plt.show()


def thresholds(counts: Mapping[float, tuple[int, int]], *, xlabel: str, title: str) -> None:
    """Bars of hits at each threshold, the irregular part dark; values are (hits, irregular)."""
    figure, axes = plt.subplots()
    place = np.arange(len(counts))
    hits, right = (np.array([pair[k] for pair in counts.values()]) for k in (0, 1))
    axes.bar(place, hits, color=PALE, width=0.6)
    axes.bar(place, right, color=AMBER, width=0.6)
    for k in place:
        words = f"{right[k]} irregular\nof {hits[k]}"
        axes.annotate(
            words, (k, hits[k]), xytext=(0, 4), textcoords="offset points", ha="center", color=GREY, fontsize=8.5
        )
    axes.set_xticks(place, [f"{name:g}" for name in counts])
    axes.set(xlabel=xlabel, ylabel="payments hit", title=title, ylim=(0, max(1, hits.max()) * 1.25))
    axes.grid(axis="x", visible=False)
    plt.show()


def tally(counts: Mapping[int, int], *, xlabel: str, ylabel: str, title: str) -> None:
    """How often each whole number occurs, on a logarithmic axis, so that few remain to be seen beside many."""
    figure, axes = plt.subplots()
    numbers = sorted(counts)
    values = [counts[n] for n in numbers]
    axes.bar(numbers, values, color=TEAL, width=0.7)
    for n, value in zip(numbers, values, strict=True):
        axes.annotate(
            f"{value:,}", (n, value), xytext=(0, 3), textcoords="offset points", ha="center", fontsize=8, color=GREY
        )
    axes.set(yscale="log", xlabel=xlabel, ylabel=ylabel, title=title, ylim=(0.7, max(values) * 3))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(axis="x", visible=False)
    plt.show()


def precedents(nearest: pd.DataFrame, score: Float) -> None:
    """For each payment, highest score first, how alike its nearest confirmed and cleared precedents are (0: none)."""
    figure, axes = plt.subplots()
    place = np.arange(1, len(nearest) + 1)
    axes.plot(place, nearest["confirmed"], "o", color=AMBER, label="confirmed")
    axes.plot(place, nearest["cleared"], "o", color=GREY, markerfacecolor="none", label="cleared")
    without = int((nearest.max(axis=1) == 0).sum())
    axes.set(xlabel="place in the list", ylabel="likeness of the nearest precedent", ylim=(-0.04, 1.04))
    axes.set_title(f"{without} of the {len(nearest)} highest scores have no precedent (lowest score {score.min():.0%})")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), title="nearest")
    plt.show()
