"""What levels weigh between two entries: shares among false pairs from the data, among true ones as shipped.

True pairs are far too few to learn from (a county of twenty thousand has a handful): the shipped shares `m` stay. The
shares among false pairs `u` and the number of true pairs come from the data: u counts pairs (drawn across households,
all inside them) by the probability of being false, and the number of true pairs is the sum of probabilities, held half
way to one entry in a thousand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.matching.compare import Compared
from features.matching.comparisons import Comparison
from features.matching.weights import UNIT, Model

Floats = NDArray[np.float64]
ROUNDS = 12
EXPECTED = 0.001
"""Share of entries expected to be a second one of somebody, before the data are looked at."""
ONE_PAIR_SEEN = 0.5
"""A level no false pair shows counts as half a pair."""


def weigh(
    comparisons: tuple[Comparison, ...],
    candidates: Compared,
    sample: Compared,
    values: Mapping[str, tuple[float, float, int]],
    *,
    entries: int,
    pairs: int,
) -> Model:
    """A model of one kind of pairs: `candidates` stand for `pairs` of which all others are taken for false.

    `sample` are pairs among which levels of false ones are counted. The model's prior is that of one pair.
    """
    usual = {c.field: _usual(c, values) for c in comparisons}
    m = {c.field: _shares(np.array([v.m for v in c.levels])) for c in comparisons}
    expected = EXPECTED * entries / 2
    true, false_share = expected, np.ones(len(sample.row))
    model = Model(comparisons, m, {}, usual, 0.0, 1, entries)
    for _ in range(ROUNDS):
        u = {c.field: _counted(sample.levels[:, k], false_share, len(c.levels)) for k, c in enumerate(comparisons)}
        model = Model(comparisons, m, u, usual, _short(true / max(pairs, 1)), 1, entries)
        true = (float(_probability(model, candidates).sum()) + expected) / 2
        false_share = 1.0 - _probability(model, sample)
    return model


def _probability(model: Model, compared: Compared) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(model.scores(compared) / UNIT, -500.0, 500.0))))


def _counted(levels: NDArray[np.int8], weight: Floats, size: int) -> Floats:
    said = levels >= 0
    return _shares(np.bincount(levels[said], weights=weight[said], minlength=size) + ONE_PAIR_SEEN)


def _usual(c: Comparison, values: Mapping[str, tuple[float, float, int]]) -> Floats:
    return np.array([values[v.column][0] if v.by_value and v.column is not None else np.nan for v in c.levels])


def _shares(counts: NDArray[np.floating[Any]]) -> Floats:
    """Shares that sum to one, in six digits, so that the order of a sum decides nothing."""
    return np.array([_short(x) for x in counts / counts.sum()])


def _short(value: float) -> float:
    return float(f"{value:.6g}")
