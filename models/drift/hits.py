"""Does a rule fire, or a program's payments rise above the line, more or less often than they used to.

Hits come in rings, so they spread wider than Poisson. The dispersion is taken from the blocks of the reference; at that
dispersion the period's count is compared with the reference's by the exact conditional test of two Poisson counts
(Przyborowski and Wilenski 1940), and of many tests at most a given share may alarm falsely (Benjamini and Hochberg).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.drift.reference import Int

Float = NDArray[np.float64]
FALSE_SHARE = 0.01
"""Share of alarms that may be false."""
LEAST = 5.0
"""Hits or expected hits below which a change is too small a matter to alarm anybody."""


@dataclass(frozen=True, slots=True)
class Hits:
    """One rule or program: hits of the period, hits expected of it, their ratio with a 95 % interval, p and verdict.

    `dispersion` is the variance of hits in units of their mean; `changed` after the false discovery rate was held.
    """

    name: str
    hits: int
    expected: float
    ratio: float | None
    interval: tuple[float, float]
    dispersion: float
    p: float
    changed: bool


def rates(names: tuple[str, ...], hits: Int, rows: Int, known_hits: Int, known_rows: Int) -> tuple[Hits, ...]:
    """Compare each name's hits with what the reference leads one to expect of the same mix of programs.

    `hits` (names,), `rows` (programs,), `known_hits` (programs, blocks, names), `known_rows` (programs, blocks).
    """
    every = known_hits.sum(axis=1)
    rate = (every + 0.0) / np.maximum(known_rows.sum(axis=1), 1)[:, None]
    seen = np.where(known_rows.sum(axis=1) > 0, rows, 0)
    expected = seen @ rate
    dispersion = _dispersion(known_hits, known_rows)
    total = every.sum(axis=0)
    p = np.array([_p(*one) for one in zip(hits, expected, total, dispersion, strict=True)])
    matters = np.maximum(hits, expected) >= LEAST
    changed = _discovered(p, FALSE_SHARE) & matters
    return tuple(
        Hits(
            name, int(h), float(e), float(h / e) if e > 0 else None, _interval(float(h), float(e), float(d)), float(d),
            float(q), bool(c),
        )
        for name, h, e, d, q, c in zip(names, hits, expected, dispersion, p, changed, strict=True)
    )  # fmt: skip


def _dispersion(hits: Int, rows: Int) -> Float:
    """Pearson's chi-square over its degrees of freedom, block by block, at least 1; shape (names,)."""
    rate = hits.sum(axis=1) / np.maximum(rows.sum(axis=1), 1)[:, None]
    expected = np.einsum("pb,pn->bn", rows.astype(np.float64), rate)
    off = (hits.sum(axis=0) - expected) ** 2 / np.maximum(expected, 0.5)
    # A column of few hits tells little of its own dispersion: two blocks of ordinary rings are lent to it.
    blocks = max(2, int((rows.sum(axis=0) > 0).sum()))
    return np.asarray(np.maximum((off.sum(axis=0) + 2 * 4.0) / (blocks - 1 + 2), 1.0), dtype=np.float64)


def _p(hits: float, expected: float, total: float, dispersion: float) -> float:
    """Two-sided p of the period's hits given the reference's, both in units of the dispersion."""
    from scipy.special import betainc

    if total == 0 and hits == 0:
        return 1.0
    h, m = hits / dispersion, max(total, 0.5) / dispersion
    share = expected / (expected + total) if expected + total > 0 else 0.5
    share = min(max(share, 1e-6), 1 - 1e-6)
    above = float(betainc(h, m + 1, share)) if h > 0 else 1.0
    below = 1.0 - float(betainc(h + 1, m, share))
    return min(1.0, 2 * min(above, below))


def _interval(hits: float, expected: float, dispersion: float) -> tuple[float, float]:
    """Exact Poisson interval (95 %) of hits at the dispersion, over what was expected."""
    from scipy.special import gammaincinv

    if expected <= 0:
        return 0.0, float("inf")
    low = float(gammaincinv(hits / dispersion, 0.025)) if hits > 0 else 0.0
    high = float(gammaincinv(hits / dispersion + 1, 0.975))
    return low * dispersion / expected, high * dispersion / expected


def _discovered(p: Float, share: float) -> NDArray[np.bool_]:
    """Benjamini and Hochberg: which of the tests to believe when this share of those believed may be false."""
    order = np.argsort(p, kind="stable")
    passing = np.nonzero(p[order] <= share * np.arange(1, len(p) + 1) / max(1, len(p)))[0]
    out = np.zeros(len(p), dtype=bool)
    if len(passing):
        out[order[: passing[-1] + 1]] = True
    return out
