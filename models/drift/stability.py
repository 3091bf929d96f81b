"""Is a column spread as it was: population stability index and share of missing values, against its own habits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.drift.reference import BINS, Int, Reference

Float = NDArray[np.float64]
MODERATE = 0.2
"""Below this index nobody calls a change one (Siddiqi 2006: under 0.1 none, above 0.25 a large one)."""
BEYOND_HABIT = 2.0
"""Times the largest index (or change of missing share) a block of the reference had against all the others."""
MISSING = 0.05
CHANCE = 20.0
"""Times what rows drawn from the reference itself would give on average: (bins - 1) x (1/n + 1/m)."""


@dataclass(frozen=True, slots=True)
class Stability:
    """One column in a period: its index and change of missing share, with the thresholds above which they alarm.

    None where the period or the reference has too few rows to tell.
    """

    column: str
    psi: float
    psi_threshold: float
    missing: float
    missing_before: float
    missing_threshold: float

    @property
    def moved(self) -> bool:
        """Whether the index is above its threshold."""
        return self.psi > self.psi_threshold

    @property
    def emptied(self) -> bool:
        """Whether the share of missing values has changed by more than its threshold."""
        return abs(self.missing - self.missing_before) > self.missing_threshold


def stability(found: Int, rows: Int, known: Reference) -> tuple[Stability, ...]:
    """Each column of a period; `found` (programs, columns, BINS + 1) and `rows` (programs,) are its counts.

    Programs the reference lacks are no part of either.
    """
    expected = _mixed(known.counts.sum(axis=1), known.rows.sum(axis=1), rows)
    observed = _shares(found.sum(axis=0))
    n, m = float(rows.sum()), float(known.rows.sum())
    psi = index(observed, expected, n, m)
    habit, habit_missing = _habits(known)
    chance = CHANCE * BINS * (1 / max(n, 1.0) + 1 / max(m, 1.0))
    out = []
    for c, name in enumerate(known.columns):
        before, now = float(expected[c, BINS]), float(observed[c, BINS])
        noise = 6 * float(np.sqrt(max(before * (1 - before), 1e-4) / max(n, 1.0)))
        out.append(
            Stability(
                name, float(psi[c]), float(max(MODERATE, BEYOND_HABIT * habit[c], chance)), now, before,
                max(MISSING, BEYOND_HABIT * float(habit_missing[c]), noise),
            )
        )  # fmt: skip
    return tuple(out)


def index(observed: Float, expected: Float, n: float, m: float) -> Float:
    """Population stability index of shares (columns, bins) of n and m rows: sum of (a - e) ln(a / e); (columns,).

    Half a row is added to every bin that either side has, so that an empty one is not infinitely far.
    """
    used = (observed > 0) | (expected > 0)
    a, e = observed + used * 0.5 / max(n, 1.0), expected + used * 0.5 / max(m, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(used, (a - e) * np.log(a / e), 0.0)
    return np.asarray(part.sum(axis=1), dtype=np.float64)


def _habits(known: Reference) -> tuple[Float, Float]:
    """The largest index and change of missing share of any block against the others; shape (columns,) each."""
    psi, missing = np.zeros(len(known.columns)), np.zeros(len(known.columns))
    every, rows = known.counts.sum(axis=1), known.rows.sum(axis=1)
    for b in range(known.rows.shape[1]):
        own = known.rows[:, b]
        others = rows - own
        # A program paid in one block alone has no others to be compared with.
        both = (own > 0) & (others > 0)
        if not both.any():
            continue
        expected = _mixed((every - known.counts[:, b])[both], others[both], own[both])
        observed = _shares(known.counts[both, b].sum(axis=0))
        psi = np.maximum(psi, index(observed, expected, float(own[both].sum()), float(others[both].sum())))
        missing = np.maximum(missing, np.abs(observed[:, BINS] - expected[:, BINS]))
    return psi, missing


def _mixed(counts: Int, rows: Int, mix: Int) -> Float:
    """Shares (columns, bins) of the reference, programs mixed as in the period."""
    share = counts / np.maximum(rows, 1)[:, None, None]
    weight = np.where(rows > 0, mix, 0).astype(np.float64)
    return np.asarray(np.tensordot(weight / max(weight.sum(), 1.0), share, axes=1), dtype=np.float64)


def _shares(counts: Int) -> Float:
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), dtype=np.float64)
