"""What was found among the hits of a rule or the alerts of a queue, and how sure its precision is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.intervals import wilson
from models.training.labels import CLEARED, CONFIRMED, ERROR, Labels

Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Counts:
    """Payments by what was found. `precision` is confirmed of (confirmed + cleared), with Wilson's 95 % interval.

    None where nobody looked. An honest error is neither; a payment without a finding is unlabelled, not clean. Looks
    are not independent (one ring gives many), so the interval is the narrowest it could be.
    """

    payments: int
    confirmed: int
    cleared: int
    errors: int
    unlabelled: int
    precision: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Found:
    """Findings among some payments, and among those of them that were drawn at random."""

    all: Counts
    at_random: Counts


def found_among(mask: Bool, labels: Labels) -> Found:
    """Count findings among the payments of the mask (n,).

    Payments looked at because of a score or a rule say more of the others' signals than of this one; those drawn at
    random speak for all hits, and are few. So both are told.
    """
    return Found(counts_of(mask, labels), counts_of(mask & labels.at_random, labels))


def counts_of(mask: Bool, labels: Labels) -> Counts:
    """Count findings among the payments of the mask (n,)."""
    outcome = labels.outcome[mask]
    confirmed, cleared, errors = (int((outcome == kind).sum()) for kind in (CONFIRMED, CLEARED, ERROR))
    looked = confirmed + cleared
    return Counts(
        len(outcome),
        confirmed,
        cleared,
        errors,
        len(outcome) - looked - errors,
        confirmed / looked if looked else None,
        wilson(confirmed, looked),
    )
