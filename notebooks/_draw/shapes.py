"""Drawings of plain numbers: bars, dots with intervals, lines by month, shares by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from _house import AMBER, GREY, INK, PALE, TEAL, label_lines
from numpy.typing import NDArray

Float = NDArray[np.float64]


def bars(
    values: pd.Series[float],
    *,
    xlabel: str,
    title: str,
    accent: Sequence[str] = (),
    by_size: bool = True,
    bound: float | None = None,
) -> None:
    """Horizontal bars, largest first (or as given), each with its number; names in `accent` stand out."""
    values = values.sort_values() if by_size else values[::-1]
    _, axes = plt.subplots(figsize=(8.5, 0.28 * len(values) + 1))
    colours = [AMBER if name in accent else TEAL for name in values.index]
    axes.barh([str(name) for name in values.index], values, color=colours, height=0.65)
    whole = bool((values == values.round()).all())
    for k, value in enumerate(values):
        words = f"{value:,.0f}" if whole else f"{value:.3g}"
        axes.annotate(words, (max(value, 0), k), xytext=(4, 0), textcoords="offset points", va="center", color=GREY)
    if bound is not None:
        axes.axvline(bound, color=AMBER, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.set(xlabel=xlabel, title=title)
    axes.margins(x=0.1)
    axes.set_ylim(-0.7, len(values) - 0.3)
    axes.grid(axis="y", visible=False)
    plt.show()


def intervals(
    frame: pd.DataFrame, *, xlabel: str, title: str, bound: float | None = None, percent: bool = False
) -> None:
    """One dot with its interval a row; columns `value`, `low`, `high`, `note` and `sure` (else it is drawn grey)."""
    _, axes = plt.subplots(figsize=(8.5, 0.3 * len(frame) + 1.1))
    widest = 1.0 if percent or not len(frame) else float(np.nanmax(frame["value"])) * 3
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
        axes.xaxis.set_major_formatter(lambda x, _: f"{100 * x:g} %")
    axes.grid(axis="y", visible=False)
    plt.show()


def months(series: Mapping[str, pd.Series[float]], *, ylabel: str, title: str, bound: float | None = None) -> None:
    """A line a series by month (`2019-07`), named at its end; `bound` is drawn across."""
    _, axes = plt.subplots()
    index = sorted(set().union(*(one.index for one in series.values())))
    at = pd.to_datetime(pd.Index(index))
    for name, one in series.items():
        axes.plot(at, one.reindex(index).fillna(0), marker="o", markersize=3, label=name)
    if bound is not None:
        axes.axhline(bound, color=AMBER, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.set(ylabel=ylabel, title=title, ylim=(0, None))
    label_lines(axes)
    plt.show()


def delays(series: Mapping[str, Float], label: str, title: str) -> None:
    """The share of each series that is at most so large, with its median marked; values in days, NaN left out."""
    _, axes = plt.subplots()
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


def tally(counts: Mapping[int, int], *, xlabel: str, ylabel: str, title: str) -> None:
    """How often each whole number occurs, on a logarithmic axis, so that few remain to be seen beside many."""
    _, axes = plt.subplots()
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


def thresholds(counts: Mapping[float, tuple[int, int]], *, xlabel: str, title: str) -> None:
    """Bars of hits at each threshold, the irregular part dark; values are (hits, irregular)."""
    _, axes = plt.subplots()
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
