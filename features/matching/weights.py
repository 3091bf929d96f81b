"""What each level weighs, learned without labels (Fellegi and Sunter 1969; expectation maximisation).

The weight of a level is ln(m / u): its share among true pairs over its share among false ones. The expectation step
asks, for each row, how the probability of one divides over its candidates and "nobody here" (a row means at most one
person), which uses more than pairs looked at one by one. The maximisation step counts levels by these probabilities;
shipped shares count beside them as `prior_rows` rows, so that a short list does not teach nonsense.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.matching.compare import Compared
from features.matching.comparisons import Comparison
from features.matching.spec import Spec

Floats = NDArray[np.float64]
UNIT = 10_000
"""Weights are whole multiples of 1 / UNIT, so that the parts of an explanation add up to the last digit."""


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of one matching.

    `m`, `u` by field, each (levels,); `usual` by field, each (levels,): the share of persons with a usual value, by
    which a level that weighs by value is corrected (NaN elsewhere); `linked` is the share of rows whose person is in
    the register, `persons` how many those are; `learned_rows` the rows learned from.
    """

    comparisons: tuple[Comparison, ...]
    m: Mapping[str, Floats]
    u: Mapping[str, Floats]
    usual: Mapping[str, Floats]
    linked: float
    persons: int
    learned_rows: int

    @property
    def prior(self) -> int:
        """Log-odds that a row means one given person rather than nobody here, before anything is compared, in units."""
        return round(float(np.log(self.linked / (1.0 - self.linked) / max(1, self.persons))) * UNIT)

    def weights(self, field: str) -> NDArray[np.int64]:
        """ln(m / u) of each level, in units."""
        return np.asarray(np.rint(np.log(self.m[field] / self.u[field]) * UNIT), dtype=np.int64)

    def by_value(self, field: int, compared: Compared) -> NDArray[np.int64]:
        """What a rare or common value adds in each pair, in units; 0 where the level does not weigh by value."""
        levels, shares = compared.levels[:, field], compared.shares[:, field]
        usual = np.append(self.usual[self.comparisons[field].field], np.nan)[levels]
        with np.errstate(divide="ignore", invalid="ignore"):
            added = np.log(usual / shares)
        return np.where(np.isfinite(added), np.rint(added * UNIT), 0).astype(np.int64)

    def scores(self, compared: Compared) -> NDArray[np.int64]:
        """Log-odds of each pair without its rivals, in units; shape (n,). Pairs are sorted by row."""
        return self.scores_settled(compared)[0]

    def scores_settled(self, compared: Compared) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """The same; the part of it that takes back what fields gained that only settle; and the scores without those
        fields. All (n,), in units.

        Such fields move the persons of a row against one another. What is taken back leaves the odds of all of them
        together against nobody as if these fields were not there.
        """
        total = np.full(len(compared.row), self.prior, dtype=np.int64)
        settling = np.zeros(len(compared.row), dtype=np.int64)
        for place, comparison in enumerate(self.comparisons):
            weight = np.append(self.weights(comparison.field), 0)[compared.levels[:, place]]
            if comparison.role == "settles":
                settling += weight
            else:
                total += weight + self.by_value(place, compared)
        back = _taken_back(compared.row, total, settling)
        return total + settling + back, back, total


def _taken_back(rows: NDArray[np.int32], scores: NDArray[np.int64], added: NDArray[np.int64]) -> NDArray[np.int64]:
    """Units that leave the odds of all persons of a row together as before `added`; shape (n,), equal within a row."""
    if not added.any():
        return added
    starts = row_starts(rows)
    sizes = np.diff(np.append(starts, len(rows)))
    before, after = scores / UNIT, (scores + added) / UNIT
    best = np.maximum(np.maximum.reduceat(before, starts), np.maximum.reduceat(after, starts))
    sums = [np.add.reduceat(np.exp(s - np.repeat(best, sizes)), starts) for s in (before, after)]
    return np.repeat(np.rint(np.log(sums[0] / sums[1]) * UNIT).astype(np.int64), sizes)


def row_starts(rows: NDArray[np.int32]) -> NDArray[np.int64]:
    """Where each row's pairs begin in pairs sorted by row."""
    return np.flatnonzero(np.append(True, rows[1:] != rows[:-1])) if len(rows) else np.empty(0, np.int64)


def rival_odds(rows: NDArray[np.int32], log_odds: Floats) -> Floats:
    """For each pair the odds of all other candidates of its row together; shape (n,)."""
    if not len(rows):
        return np.empty(0)
    starts = row_starts(rows)
    odds = np.exp(np.minimum(log_odds, 500.0))
    totals = np.add.reduceat(odds, starts)
    sizes = np.diff(np.append(starts, len(rows)))
    others = np.repeat(totals, sizes) - odds
    # Where one pair outweighs all others the difference loses its digits: count those others by themselves.
    best = np.repeat(np.maximum.reduceat(odds, starts), sizes)
    lost = (odds == best) & (others < odds * 1e-6)
    if lost.any():
        small = np.where(odds == best, 0.0, odds)
        rest = np.repeat(np.add.reduceat(small, starts), sizes)
        others = np.where(lost, rest, others)
    return np.asarray(np.maximum(others, 0.0))


def learn(
    compared: Compared,
    random_levels: NDArray[np.int8],
    random_counts: NDArray[np.int64],
    values: Mapping[str, tuple[float, float, int]],
    comparisons: tuple[Comparison, ...],
    spec: Spec,
    *,
    rows: int,
    persons: int,
    start: Mapping[str, Floats] | None = None,
) -> Model:
    """Weights from candidate pairs of `rows` rows and random pairs; `values` is what `count_values` returned.

    `start` replaces the shipped `m` to begin with (and to be held to), by field.
    """
    shipped = {c.field: _normal(np.array([v.m for v in c.levels])) for c in comparisons}
    held = {**shipped, **(start or {})}
    usual = {c.field: _usual(c, values) for c in comparisons}
    fixed = {c.field: _fixed(c, values, spec.wrong_key_share) for c in comparisons}
    none = np.zeros(len(random_counts))
    u = {c.field: _u(c, k, fixed[c.field], random_levels, random_counts, none) for k, c in enumerate(comparisons)}
    model = Model(comparisons, held, u, usual, 0.5, persons, rows)
    for _ in range(spec.rounds):
        log_odds = model.scores(compared) / UNIT
        alone = np.exp(np.minimum(log_odds, 500.0))
        share = alone / (1.0 + alone + rival_odds(compared.row, log_odds))
        linked = min((float(share.sum()) + 1.0) / (rows + 2.0), spec.linked_at_most)
        m = {c.field: _m(k, c, held[c.field], compared, share, spec.prior_rows) for k, c in enumerate(comparisons)}
        pair = _pair_odds(model, random_levels)
        u = {c.field: _u(c, k, fixed[c.field], random_levels, random_counts, pair) for k, c in enumerate(comparisons)}
        model = Model(comparisons, m, u, usual, _short(linked), persons, rows)
    return model


def _pair_odds(model: Model, levels: NDArray[np.int8]) -> Floats:
    """Probability that a pair drawn at random is a true one after all, by pattern."""
    total = np.full(len(levels), float(model.prior))
    for place, c in enumerate(model.comparisons):
        total += np.append(model.weights(c.field), 0)[levels[:, place]]
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(total / UNIT, -500, 500))))


def _m(field: int, c: Comparison, shipped: Floats, compared: Compared, share: Floats, prior_rows: int) -> Floats:
    said = compared.levels[:, field] >= 0
    counts = np.bincount(compared.levels[said, field], weights=share[said], minlength=len(shipped))
    fixed = np.array([level.fixed for level in c.levels])
    free = (counts + prior_rows * shipped) * ~fixed
    return _normal(np.where(fixed, shipped, free / free.sum() * (1.0 - shipped[fixed].sum())))


def _u(
    c: Comparison, field: int, fixed: Floats, levels: NDArray[np.int8], counts: NDArray[np.int64], true: Floats
) -> Floats:
    said = levels[:, field] >= 0
    found = np.bincount(levels[said, field], weights=(counts * (1.0 - true))[said], minlength=len(c.levels)) + 0.5
    sample = found / found.sum()
    given = ~np.isnan(fixed)
    if not given.any():
        return _normal(sample)
    # Levels known from the register keep their share; the others divide what is left.
    rest = sample * ~given
    return np.array(
        [_short(x) for x in np.where(given, np.nan_to_num(fixed), rest / rest.sum() * (1.0 - np.nansum(fixed)))]
    )


def _fixed(c: Comparison, values: Mapping[str, tuple[float, float, int]], wrong: float) -> Floats:
    """Shares of false pairs that the register itself tells, NaN for levels that need a sample."""
    found = np.full(len(c.levels), np.nan)
    for place, level in enumerate(c.levels):
        if level.basis == "sample" or level.column is None:
            continue
        same, shared, rows = values[level.column]
        by_mistake = wrong / max(1, rows)
        by_basis = {"frequency": max(same, by_mistake), "key": shared + by_mistake, "wrong": by_mistake}
        found[place] = min(by_basis[level.basis], 0.5)
    return found


def _usual(c: Comparison, values: Mapping[str, tuple[float, float, int]]) -> Floats:
    return np.array([values[v.column][0] if v.by_value and v.column is not None else np.nan for v in c.levels])


def _normal(counts: Floats) -> Floats:
    """Shares that sum to one, in six digits, so that the order of a sum decides nothing."""
    return np.array([_short(x) for x in counts / counts.sum()])


def _short(value: float) -> float:
    return float(f"{value:.6g}")
