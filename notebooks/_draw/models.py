"""Drawings of models: what a look buys, learned terms, two models, the gate, calibration, precedents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from _house import AMBER, GREY, PALE, TEAL, label_lines
from numpy.typing import NDArray

from models.evaluation.over_time.reliability import Reliability
from models.release.items import Item
from models.scoring.bundle import Bundle
from models.scoring.facts import Facts

Float = NDArray[np.float64]
ABSOLUTE = ("stability", "latency", "groups")
"""Items that are no difference of two figures of which more is better."""


def budgets(scores: Mapping[str, Float], irregular: NDArray[np.bool_], *, judged_by: str) -> None:
    """Share of the irregular payments within the top of each ranking, by share of payments looked at (n,)."""
    n = len(irregular)
    share = np.unique((np.geomspace(0.001, 0.2, 60) * n).astype(int))
    share = share[share > 0]
    _, axes = plt.subplots(figsize=(8.5, 4))
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
        x = np.linspace(low, high, 400) if high > low else np.linspace(low - 1, low + 1, 400)
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
    _, axes = plt.subplots(figsize=(5.6, 5))
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
    _, axes = plt.subplots(figsize=(8.5, 0.5 * len(items) + 1.1))
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


def reliability(found: Reliability, *, title: str) -> None:
    """What was said against what was found, with intervals; each dot is about as many findings as the next."""
    _, axes = plt.subplots(figsize=(6.2, 4.6))
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
    axes.set(xscale="log", yscale="log", xlim=(low / 1.3, 1.2), ylim=(low / 1.3, 1.2))
    axes.set(xlabel="probability the model said", ylabel="share confirmed (none: at the bottom)")
    axes.set_title(f"{title}, about {found.rows // max(1, len(found.bins))} a dot")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda x, _: f"{x:.4g}")
    plt.show()


def precedents(nearest: pd.DataFrame, score: Float) -> None:
    """For each payment, highest score first, how alike its nearest confirmed and cleared precedents are (0: none)."""
    _, axes = plt.subplots()
    place = np.arange(1, len(nearest) + 1)
    axes.plot(place, nearest["confirmed"], "o", color=AMBER, label="confirmed")
    axes.plot(place, nearest["cleared"], "o", color=GREY, markerfacecolor="none", label="cleared")
    lowest = np.floor(1000 * score.min()) / 1000
    without = int((nearest.max(axis=1) == 0).sum())
    axes.set(xlabel="place in the list", ylabel="likeness of the nearest precedent", ylim=(-0.04, 1.04))
    axes.set_title(f"{without} of the {len(nearest)} highest scores (all above {lowest:.1%}) have no precedent")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), title="nearest")
    plt.show()
