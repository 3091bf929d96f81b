"""The drawings of the proof. matplotlib is loaded here and only when something is drawn; no window is opened."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from models.evaluation.over_time.budgets import CAPACITY
from models.evaluation.over_time.distribution import EDGES
from models.evaluation.over_time.estimates import Estimate
from models.evaluation.over_time.proof import Proof
from models.evaluation.over_time.reliability import Reliability
from models.evaluation.over_time.rivals import NAMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, MUTED, RULE = "#22303c", "#6b7a88", "#d9dfe4"
ONE, TWO, PALE = "#0b6e6e", "#c2691c", "#cfd8dc"
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#edf0f2",
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "legend.frameon": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "mingbai",
    "figure.dpi": 100,
}


def draw(name: str, proof: Proof, kind: str) -> bytes:
    """One drawing as the bytes of a `png` or an `svg`. Raises KeyError for a name that is none."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(layout="constrained")
        DRAWINGS[name](figure, proof)
        sink = io.BytesIO()
        # No date: the same proof gives the same bytes.
        figure.savefig(sink, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
    return sink.getvalue()


def _top(figure: Figure, proof: Proof) -> None:
    figure.set_size_inches(9.6, 3.6)
    precision, recall = figure.subplots(1, 2, sharey=True)
    days = [fold.origin for fold in proof.folds]
    for axes, what in ((precision, "precision"), (recall, "recall")):
        for budget, colour, shift in ((CAPACITY, ONE, -0.09), ("1%", TWO, 0.09)):
            found = [getattr(fold.kept.top(budget), what) for fold in proof.folds]
            label = "at desks' capacity" if budget == CAPACITY else "at 1 % of payments"
            _points(axes, np.arange(len(days)) + shift, found, colour, label)
        _percent(axes)
        axes.set_xticks(range(len(days)), days)
        axes.set_xlim(-0.5, len(days) - 0.5)
    precision.set_xlabel("origin of the fold (small figures: answered of looked at, at capacity)")
    recall.set_xlabel("origin of the fold (small figures: confirmed payments)")
    precision.set_title("Precision among payments with an answer")
    recall.set_title("Recall of confirmed payments")
    for k, fold in enumerate(proof.folds):
        top = fold.kept.top(CAPACITY)
        _below(precision, k, f"{top.labelled} of {top.looked_at}")
        _below(recall, k, f"{fold.kept.confirmed}")
    _legend(figure, recall)


def _quarters(figure: Figure, proof: Proof) -> None:
    figure.set_size_inches(9.6, 3.2)
    found = proof.pooled.quarters if proof.pooled else ()
    axes = figure.subplots()
    at = np.arange(len(found))
    for what, colour, shift in (("precision", ONE, -0.08), ("recall", TWO, 0.08)):
        _points(axes, at + shift, [getattr(s.top(CAPACITY), what) for s in found], colour, what)
    _percent(axes)
    axes.set_xticks(at, [s.name for s in found])
    axes.set_title("By calendar quarter, at the desks' capacity of the whole fold")
    axes.set_xlabel("small figures: confirmed of answered")
    for k, one in enumerate(found):
        _below(axes, k, f"{one.confirmed} of {one.labelled:,}")
    _legend(figure, axes)


def _rivals(figure: Figure, proof: Proof) -> None:
    folds = proof.folds
    figure.set_size_inches(9.6, 1.2 + 0.34 * len(NAMES))
    grid = list(figure.subplots(1, len(folds), sharey=True, sharex=True, squeeze=False)[0])
    names = list(NAMES)[::-1]
    for axes, fold in zip(grid, folds, strict=True):
        axes.axvline(0, color=MUTED, linewidth=1)
        for rival in fold.rivals:
            y, difference = names.index(rival.name), rival.difference
            if difference.value is None:
                axes.text(0.02, y, "not comparable", va="center", fontsize=8, color=MUTED, style="italic")
                continue
            colour = ONE if rival.beaten else TWO
            if difference.low is not None and difference.high is not None:
                axes.plot([difference.low, difference.high], [y, y], color=colour, linewidth=2.4, alpha=0.55)
            axes.plot([difference.value], [y], "o", color=colour, markersize=5.5)
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(-0.6, len(names) - 0.4)
        axes.set_title(f"from {fold.origin}")
    figure.supxlabel("average precision of the score, less the baseline's (95 %)", fontsize=9.5, color=INK)


def _reliability(figure: Figure, proof: Proof) -> None:
    figure.set_size_inches(9.6, 4.2)
    every, sample = figure.subplots(1, 2)
    if proof.pooled is None:
        return
    titles = ("All payments with an answer", "Random sample, weighted to all payments")
    for axes, found, title in zip(
        (every, sample), (proof.pooled.calibration, proof.pooled.random_sample), titles, strict=True
    ):
        _calibration(axes, found, title)


def _calibration(axes: Axes, found: Reliability, title: str) -> None:
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    for scale in (axes.set_xscale, axes.set_yscale):
        scale("symlog", linthresh=0.01, linscale=0.6)
    ticks = [0, 0.01, 0.03, 0.1, 0.3, 1]
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(ticks, ["0", "1 %", "3 %", "10 %", "30 %", "100 %"])
        axis.set_minor_locator(_nothing())
    for part in found.bins:
        share = part.confirmed
        if share.value is not None and share.low is not None and share.high is not None:
            axes.plot([part.mean_score] * 2, [share.low, share.high], color=ONE, linewidth=1.6, alpha=0.5)
            axes.plot([part.mean_score], [share.value], "o", color=ONE, markersize=5.5)
    axes.set_xlim(-0.002, 1.1)
    axes.set_ylim(-0.002, 1.1)
    axes.set_xlabel("mean score of the bin")
    axes.set_ylabel("share confirmed")
    axes.set_title(title)
    if found.error is not None and found.error_by_chance is not None:
        said = (
            f"{found.rows:,} rows, {found.confirmed} confirmed\nexpected error {found.error:.4f}\n"
            f"by chance alone {found.error_by_chance:.4f}"
        )
        axes.text(0.97, 0.04, said, transform=axes.transAxes, ha="right", fontsize=8.5, color=MUTED, linespacing=1.5)


def _spread(figure: Figure, proof: Proof) -> None:
    figure.set_size_inches(9.6, 3.2)
    axes = figure.subplots()
    if not proof.folds:
        return
    total = proof.folds[0].distribution
    for fold in proof.folds[1:]:
        total = total.plus(fold.distribution)
    odds = np.log(np.array(EDGES)) - np.log1p(-np.array(EDGES))
    axes.stairs(total.judged, odds, fill=True, color=PALE, label="all judged")
    axes.stairs(total.cleared, odds, color=ONE, linewidth=1.6, label="cleared")
    axes.stairs(total.confirmed, odds, fill=True, color=TWO, alpha=0.8, label="confirmed")
    axes.set_yscale("symlog", linthresh=1)
    axes.set_ylim(bottom=0)
    ticks = [t for t in (0.0001, 0.001, 0.01, 0.03, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99) if EDGES[0] <= t <= EDGES[-1]]
    axes.set_xticks([np.log(t / (1 - t)) for t in ticks], [f"{t:g}" for t in ticks])
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("score (log-odds scale)")
    axes.set_ylabel("payments (log scale)")
    axes.set_title("Where the scores lie")
    axes.legend(loc="upper right", ncols=3, fontsize=8.5)


def _stability(figure: Figure, proof: Proof) -> None:
    figure.set_size_inches(9.6, 3.0)
    folds = [fold for fold in proof.folds if fold.stability]
    models, people = figure.subplots(1, 2, sharey=True)
    at = np.arange(len(folds))
    for budget, colour, shift in ((CAPACITY, ONE, -0.2), ("1%", TWO, 0.2)):
        found = [next(s for s in fold.stability if s.budget == budget) for fold in folds]
        label = "at capacity" if budget == CAPACITY else "at 1 %"
        _bars(models, at + shift, [s.same_payments for s in found], colour, label)
        _bars(people, at + shift, [s.households_again for s in found], colour, label)
    models.set_title("Same payments, two models: overlap")
    people.set_title("Households at the top again")
    for axes in (models, people):
        axes.set_xticks(at, [f"to {fold.origin}" for fold in folds])
        axes.set_xlim(-0.6, max(len(folds), 1) - 0.4)
        _percent(axes)
    if folds:
        _legend(figure, people)


def _bars(axes: Axes, at: Any, values: Sequence[float | None], colour: str, label: str) -> None:
    axes.bar(at, [v or 0.0 for v in values], width=0.34, color=colour, alpha=0.85, label=label)
    for x, value in zip(at, values, strict=True):
        axes.text(x, (value or 0.0) + 0.02, "none" if value is None else f"{value:.0%}", ha="center", fontsize=8.5)


def _points(axes: Axes, at: Any, found: Sequence[Estimate], colour: str, label: str) -> None:
    for x, one in zip(at, found, strict=True):
        if one.low is not None and one.high is not None:
            axes.plot([x, x], [one.low, one.high], color=colour, linewidth=2.4, alpha=0.45, solid_capstyle="round")
    known = [(x, one.value) for x, one in zip(at, found, strict=True) if one.value is not None]
    axes.plot([x for x, _ in known], [y for _, y in known], "o-", color=colour, markersize=6, linewidth=1, label=label)


def _below(axes: Axes, at: float, text: str) -> None:
    axes.text(at, 0.02, text, ha="center", va="bottom", fontsize=8, color=MUTED)


def _legend(figure: Figure, axes: Axes) -> None:
    """One legend for all panels, out of the way of points and titles."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2, fontsize=8.5)


def _percent(axes: Axes) -> None:
    axes.set_ylim(0, 1.08)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0], ["0 %", "25 %", "50 %", "75 %", "100 %"])


def _nothing() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()


DRAWINGS: dict[str, Callable[[Any, Proof], None]] = {
    "top-over-time": _top,
    "quarters": _quarters,
    "baselines": _rivals,
    "reliability": _reliability,
    "scores": _spread,
    "stability": _stability,
}
"""Every drawing by its name, which is also its file's."""
