"""Additive machine on any matrix: single terms as in scoring, pairs where they help, calibrated by what came last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.scoring.bundle import Term
from models.trainer.pairs import PairTerm, fit_pairs
from models.training.additive import fit_terms
from models.training.calibrate import fit_scale, fit_shift

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
MOST_ROWS = 150_000
LAST_SHARE = 0.2
FEWEST = 8
"""Positives needed on either side to set the last part of the past aside."""

FEWEST_FOR_PAIRS = 40
"""Positives from which on pairs are tried where the past is too thin to ask it."""

BELIEVED_FROM = 30.0
"""Positives at which half of a shift seen on the last part is believed."""


@dataclass(frozen=True, slots=True)
class Machine:
    """`scale * (start + sum of terms + sum of pairs) + shift` are log-odds; `start` holds the terms' intercept,
    `pairs_start` that of the pairs.

    `pairs_gain` is what pairs gained in mean log loss on the last part of the past; where they lost by more than two
    standard errors they were left out. It is 0 where the past was too thin to ask. `alone` are the scale and shift of
    the single terms without pairs.
    """

    start: float
    terms: tuple[Term, ...]
    columns: dict[str, int]
    pairs: tuple[PairTerm, ...] = ()
    pairs_start: float = 0.0
    scale: float = 1.0
    shift: float = 0.0
    alone: tuple[float, float] = (1.0, 0.0)
    pairs_gain: float = 0.0

    def raw(self, x: NDArray[np.floating[Any]]) -> Float:
        """Log-odds before calibration of rows (n, d); shape (n,)."""
        out = np.full(len(x), self.start + self.pairs_start)
        for term in self.terms:
            out += term.values(x[:, self.columns[term.feature]])
        for pair in self.pairs:
            out += pair.values(x)
        return out

    def probability(self, x: NDArray[np.floating[Any]]) -> Float:
        """Calibrated probability of each row; shape (n,)."""
        return np.asarray(1 / (1 + np.exp(-(self.scale * self.raw(x) + self.shift))))

    def without_pairs(self) -> Machine:
        """The same with single terms only."""
        scale, shift = self.alone
        return replace(self, pairs=(), pairs_start=0.0, scale=scale, shift=shift)


def train(
    values: NDArray[np.float32],
    names: Sequence[str],
    label: NDArray[np.int8],
    time: Int64,
    decided: Int64,
    *,
    seed: int = 0,
    pairs: bool = True,
) -> Machine:
    """Learn from rows of the past: `values` (n, d), `label` (n,) 0 or 1, `time` and `decided` (n,) microseconds.

    The last fifth of the past is first set aside: what had been decided before it is learned, and it says whether
    pairs clearly harm and how far the probabilities are off. Then everything is learned. Where either part has fewer
    than 8 positives nothing is corrected, and pairs are used from 40 positives on.
    """
    border = int(np.quantile(time, 1 - LAST_SHARE, method="lower"))
    early, late = np.nonzero(decided <= border)[0], np.nonzero(time > border)[0]
    alone = together = (1.0, 0.0)
    gain, use_pairs = 0.0, pairs and int((label == 1).sum()) >= FEWEST_FOR_PAIRS
    if min((label[early] == 1).sum(), (label[late] == 1).sum()) >= FEWEST:
        first = _fit(values[early], names, label[early], seed, bags=2, pairs=pairs)
        single = first.without_pairs()
        gains = _log_loss(single.raw(values[late]), label[late]) - _log_loss(first.raw(values[late]), label[late])
        gain = float(gains.mean())
        use_pairs = pairs and gain > -2 * float(gains.std()) / len(gains) ** 0.5
        alone = _correction(single.raw(values[late]), label[late])
        together = _correction(first.raw(values[late]), label[late]) if use_pairs else alone
    whole = _fit(values, names, label, seed, bags=4, pairs=use_pairs)
    return replace(whole, scale=together[0], shift=together[1], alone=alone, pairs_gain=gain)


def _fit(
    values: NDArray[np.float32], names: Sequence[str], label: NDArray[np.int8], seed: int, *, bags: int, pairs: bool
) -> Machine:
    rows, weight = _thinned(label, seed)
    x, y = values[rows], label[rows]
    bags = bags if len(rows) <= 40_000 else 2
    rate = float(np.average(y, weights=weight))
    start = float(np.log(rate) - np.log1p(-rate)) if 0 < rate < 1 else 0.0
    intercept, terms = fit_terms(
        x, names, y.astype(np.float64), weight, np.full(len(rows), start), seed=seed, bags=bags, max_bins=64
    )
    machine = Machine(start + intercept, terms, {name: k for k, name in enumerate(names)})
    if not pairs:
        return machine
    more, found = fit_pairs(x, names, y, weight, machine.raw(x), seed=seed, bags=bags)
    return replace(machine, pairs=found, pairs_start=more)


def _thinned(label: NDArray[np.int8], seed: int) -> tuple[Int64, Float]:
    """At most `MOST_ROWS` rows and their weights: every row of the rarer answer, a weighted sample of the other."""
    n = len(label)
    if n <= MOST_ROWS:
        return np.arange(n), np.ones(n)
    rng = np.random.default_rng(seed)
    keep, weight = [], []
    for answer in (0, 1):
        own = np.nonzero(label == answer)[0]
        most = max(MOST_ROWS // 2, MOST_ROWS - (n - len(own)))
        taken = own if len(own) <= most else np.sort(rng.choice(own, most, replace=False))
        keep.append(taken)
        weight.append(np.full(len(taken), len(own) / max(1, len(taken))))
    rows = np.concatenate(keep)
    order = np.argsort(rows)
    return rows[order], np.concatenate(weight)[order]


def _correction(raw: Float, label: NDArray[np.int8]) -> tuple[float, float]:
    """Scale and shift that make log-odds fit what was seen last, believed the more, the more positives there are."""
    # Beyond certainty nothing is learned of the scale, and its exponential overflows.
    raw = np.clip(raw, -20.0, 20.0)
    scale = fit_scale(raw, label.astype(np.float64), np.ones(len(raw)), expected=1.0, spread=0.2)
    said = float((1 / (1 + np.exp(-raw))).mean())
    neutral, wanted = (fit_shift(scale * raw, rate) for rate in (said, float(label.mean())))
    positives = float((label == 1).sum())
    return scale, neutral + (wanted - neutral) * positives / (positives + BELIEVED_FROM)


def _log_loss(raw: Float, label: NDArray[np.int8]) -> Float:
    """Log loss of each row; shape (n,)."""
    return np.asarray(np.logaddexp(0.0, np.where(label == 1, -raw, raw)))
