"""A random sample of the payments nobody would look at, with the exact chance each had of being drawn.

The chance of a payment is proportional to a size and at most 1, and the chances sum to the places there are. Payments
are then laid one after another, each as long as its chance, by program and score, in an order within these that a
hash decides; one start drawn for all and a step of 1 choose the sample (systematic sampling with unequal
probabilities, Madow 1949). So the number drawn is fixed, every stratum gets its share to within one place, and a
payment is drawn with exactly the chance that is written down, whatever the caps: what an estimate divides by.

The size is Neyman's for estimating a share, sqrt(p (1 - p)) with the score as p, over a floor, because the score knows
nothing of schemes nobody has found yet; oddness counts as a second opinion, for the same reason. Programs get places
in proportion to the square root of their payments, so that a rare one is seen too.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from features.asof import View

Float = NDArray[np.float64]
FLOOR = 0.004
"""Chance of being irregular granted to a payment the score calls certain: what the score does not see is not rarer."""
ODD = 0.05
"""How likely the oddest payment is taken to be irregular, whatever its score."""
BANDS = (0.5, 0.9, 0.99)
"""Quantiles of the score at which a stratum of a program ends."""


def draw(
    view: View,
    frame: NDArray[np.int64],
    probability: Float,
    places: int,
    *,
    seed: str,
    anomaly: Float | None = None,
) -> list[tuple[int, float]]:
    """Positions of the view's payments that were drawn, in the order of the draw, and the chance each had.

    `frame` are the positions that can be drawn; `probability` and `anomaly` (n,) belong to the whole view. The hash of
    a payment's number and the seed decides: the same queue draws the same sample, and nobody can choose it.
    """
    if places <= 0 or len(frame) == 0:
        return []
    program = np.asarray(view.own("program_id"), dtype=np.int64)[frame]
    _, group, count = np.unique(program, return_inverse=True, return_counts=True)
    odd = np.zeros(len(frame)) if anomaly is None else anomaly[frame]
    chance = chances(_size(probability[frame], odd) / np.sqrt(count[group]), places)
    band = np.searchsorted(np.quantile(probability[frame], BANDS), probability[frame])
    ids = view.ledger.vocabulary("disbursement").decode(np.asarray(view.own("disbursement_id"))[frame])
    lots = np.array([lot(f"{seed}/{i}") for i in ids])
    order = np.lexsort((lots, band, program))
    taken = order[systematic(chance[order], lot(seed))]
    # Strata come one after another: in the queue they are mixed, so that a half-worked sample is no half of programs.
    taken = taken[np.argsort(lots[taken], kind="stable")]
    return [(int(frame[k]), float(chance[k])) for k in taken]


def _size(probability: Float, anomaly: Float) -> Float:
    """What a look at each payment is worth to an estimate of the irregular share; positive, shape (n,)."""
    return np.asarray(np.sqrt(np.maximum(probability * (1 - probability), ODD * anomaly) + FLOOR))


def chances(size: Float, places: int) -> Float:
    """Chances in proportion to size, none above 1, that sum to `places`; shape (n,).

    `size` (n,) > 0. With as many places as payments or more every chance is 1. What one payment cannot use because
    of the cap goes to the others, in proportion again.

    >>> chances(np.array([1.0, 1.0, 2.0, 16.0]), 2).tolist()
    [0.25, 0.25, 0.5, 1.0]
    """
    n = len(size)
    if places >= n:
        return np.ones(n)
    falling = np.sort(size)[::-1]
    rest = np.cumsum(falling[::-1])[::-1]
    # The largest c are sure of a place; the next one would not be, with the places and sizes that are then left.
    left = places - np.arange(n)
    capped = int(np.argmax(left * falling < rest)) if places > 0 else 0
    return np.asarray(np.minimum(1.0, (places - capped) * size / rest[capped]))


def systematic(chance: Float, start: float) -> NDArray[np.int64]:
    """Positions taken at start, start + 1, ... along the chances laid one after another; `start` in [0, 1)."""
    ends = np.cumsum(chance)
    # What rounding adds up to must not cost or win a place.
    ends[-1] = float(np.rint(ends[-1])) if abs(ends[-1] - np.rint(ends[-1])) < 1e-6 else ends[-1]
    mark = np.floor(ends - start)
    return np.nonzero(np.diff(mark, prepend=np.floor(-start)) > 0)[0].astype(np.int64)


def lot(text: str) -> float:
    """A number in (0, 1) that depends on the text alone."""
    return (int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest(), "big") + 0.5) / 2.0**48
