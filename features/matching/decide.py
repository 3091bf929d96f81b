"""From log-odds to `same`, `unsure` or `none`: one person a row, rivals counted, ties left to people."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.matching.compare import Compared
from features.matching.weights import UNIT, Model, rival_odds, row_starts

DECISIONS = ("none", "unsure", "same")
SHOWN_RIVALS = 3
"""So many equally good persons are named."""
TELLS = round(math.log(2.0) * UNIT)
"""A field tells who is meant where it makes that at least twice as likely."""
MOVED = round(0.01 * UNIT)
"""Less than this is no difference."""
ALONE = -1
"""The most that a name alone may reach, in units: just below even odds, the lowest line a policy may draw."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The best candidate of every row that has one, sorted by row.

    `pair` (k,) places in the compared pairs; `log_odds` (k,) whole units, all counted; `rivals` (k,) what the other
    candidates weigh, in units, at most 0; `equals` (k,) tuples of persons' numbers as good as the best, without it;
    `settled` (k,) what `Model.scores_settled` takes back; `moved` (k,) whether the person would be less likely without
    the fields that settle; `alone` (k,) what is taken off where nothing but a name agrees.
    """

    pair: NDArray[np.int64]
    log_odds: NDArray[np.int64]
    rivals: NDArray[np.int64]
    equals: tuple[tuple[int, ...], ...]
    settled: NDArray[np.int64]
    moved: NDArray[np.bool_]
    alone: NDArray[np.int64]

    @property
    def probability(self) -> NDArray[np.float64]:
        """Probability that the row means this person, shape (k,)."""
        return probability_of(self.log_odds)


def probability_of(units: NDArray[np.int64]) -> NDArray[np.float64]:
    """Log-odds in units as a probability."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(units / UNIT, -700.0, 700.0))))


def choose(compared: Compared, model: Model, person_order: NDArray[np.int64] | None = None) -> Chosen:
    """The best candidate of each row.

    Rivals weigh -ln(1 + the odds of all others together), so that log-odds give the probability that it is this
    person and nobody else. Equal candidates are settled by `person_order` (place of each person in the order of
    identifiers), which decides nothing but the order in which they are named: two equals are never `same`. Where
    nothing but a name agrees, however rare, the answer stays a question: a stranger may bear it.
    """
    scores, settled, plain = model.scores_settled(compared)
    order_key = compared.person.astype(np.int64) if person_order is None else person_order[compared.person]
    order = np.lexsort((order_key, -scores, compared.row))
    rows, sorted_scores = compared.row[order], scores[order]
    starts = row_starts(rows)
    rivals = np.rint(-np.log1p(rival_odds(rows, sorted_scores / UNIT))[starts] * UNIT).astype(np.int64)
    ends = np.append(starts, len(rows))[1:]
    equals = []
    for first, last in zip(starts.tolist(), ends.tolist(), strict=True):
        stop = first + 1
        while stop < last and sorted_scores[stop] == sorted_scores[first]:
            stop += 1
        equals.append(tuple(compared.person[order[first + 1 : min(stop, first + SHOWN_RIVALS)]].tolist()))
    best, log_odds = order[starts], sorted_scores[starts] + rivals
    alone = np.where(_told(compared, model)[best], 0, np.minimum(ALONE - log_odds, 0))
    without = plain / UNIT - np.log1p(rival_odds(compared.row, plain / UNIT)) if settled.any() else scores / UNIT
    moved = (settled[best] != 0) & (log_odds > np.rint(without[best] * UNIT) + MOVED)
    return Chosen(best, log_odds + alone, rivals, tuple(equals), settled[best], moved, alone)


def _told(compared: Compared, model: Model) -> NDArray[np.bool_]:
    """Whether any field tells who is meant, by pair."""
    told = np.zeros(len(compared.row), dtype=np.bool_)
    for place, comparison in enumerate(model.comparisons):
        if comparison.role == "tells":
            weight = np.append(model.weights(comparison.field), 0)[compared.levels[:, place]]
            told |= weight + model.by_value(place, compared) >= TELLS
    return told


def decide(probability: NDArray[np.float64], tied: NDArray[np.bool_], same: float, none: float) -> NDArray[np.int8]:
    """Place in DECISIONS of each row: `same` from `same` on and without an equal, `none` below `none`."""
    found = np.where(probability < none, 0, np.where((probability >= same) & ~tied, 2, 1))
    # Two equally good persons share the probability: neither is nobody, if both together are somebody.
    return np.where(tied & (probability >= none / 2), 1, found).astype(np.int8)
