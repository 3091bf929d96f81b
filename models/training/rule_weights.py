"""What a fired rule is worth in this county: its precision given how often it fires here and what was found.

A red flag that is precise in one county fires by the hundred in another. Each rule carries a prior for the rate of
true and of innocent hits per payment (log-normal; shipped, learned on invented counties, wide where nothing is
known). The county's own firing rate is their sum, so a rule that fires far more often than irregularities of its kind
occur must be hitting innocents. Findings then move the estimate: k confirmed of n looked at, discounted because
findings of one ring are not independent and some are wrong.

The posterior of the true share s of a rule that fires at rate r, on a grid:

    log p(s) = log N(log(s r); m1, v1) + log N(log((1-s) r); m0, v0) - log s - log(1-s)
               + d [k' log(e + (1-2e) s) + c' log(1 - e - (1-2e) s)]

with wrong-finding rate e, discount d for selected findings, and k' confirmed and c' cleared counted as so many
independent ones (Kish's design effect with intraclass correlation rho: k' = k / (1 + (k - 1) rho)).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.rules._rule import Rule

Float = NDArray[np.float64]
GRID: Float = 1 / (1 + np.exp(-np.linspace(-8.0, 8.0, 321)))
WRONG_FINDINGS = 0.06
DISCOUNT = 0.6
SAME_RING = 0.3
"""Intraclass correlation of findings on one rule's hits: most confirmed ones belong to few rings."""


@dataclass(frozen=True, slots=True)
class RatePrior:
    """Log-normal priors of true and innocent hits per payment: medians and spreads (in natural logs)."""

    true_rate: float
    true_spread: float
    innocent_rate: float
    innocent_spread: float


BY_SEVERITY: Mapping[str, RatePrior] = {
    "high": RatePrior(4e-4, 1.2, 2e-4, 2.0),
    "middle": RatePrior(3e-4, 1.2, 8e-4, 2.0),
    "low": RatePrior(2e-4, 1.2, 4e-3, 2.0),
}
"""Where no simulated county taught a rule's rates: wide guesses by severity."""


@cache
def shipped_priors() -> Mapping[str, RatePrior]:
    """Rates learned on invented counties (`mingbai` ships them; `python -m models.training.prior` remakes them)."""
    path = Path(__file__).parent.parent / "scoring" / "prior.json"
    if not path.exists():
        return {}
    rates: dict[str, dict[str, float]] = json.loads(path.read_text(encoding="utf-8"))["rates"]
    return {code: RatePrior(**values) for code, values in rates.items()}


def prior_of(rule: Rule, priors: Mapping[str, RatePrior]) -> RatePrior:
    """The rule's shipped prior, else the wide one of its severity."""
    return priors.get(rule.code, BY_SEVERITY[rule.severity])


def expected_precision(prior: RatePrior, rate: float, confirmed: float, cleared: float) -> float:
    """Posterior mean of the share of a rule's hits that would be confirmed, 0-1.

    `rate` is the share of payments it fires on here (> 0); `confirmed` and `cleared` the findings among its hits.

    >>> rare = expected_precision(RatePrior(4e-4, 1.0, 4e-4, 1.5), 4e-4, 0, 0)
    >>> often = expected_precision(RatePrior(4e-4, 1.0, 4e-4, 1.5), 4e-2, 0, 0)
    >>> rare > 0.3 and often < 0.05
    True
    """
    log_true = np.log(GRID * rate) - np.log(prior.true_rate)
    log_innocent = np.log((1 - GRID) * rate) - np.log(prior.innocent_rate)
    log_p = -0.5 * (log_true / prior.true_spread) ** 2 - 0.5 * (log_innocent / prior.innocent_spread) ** 2
    seen = WRONG_FINDINGS + (1 - 2 * WRONG_FINDINGS) * GRID
    log_p = log_p + DISCOUNT * (_independent(confirmed) * np.log(seen) + _independent(cleared) * np.log1p(-seen))
    weight = np.exp(log_p - log_p.max())
    return float((weight * GRID).sum() / weight.sum())


def _independent(count: float) -> float:
    """Findings as so many independent ones."""
    return count / (1 + max(count - 1, 0.0) * SAME_RING)


def precisions(
    rules: Sequence[Rule],
    fired: NDArray[np.bool_],
    outcome: NDArray[np.int8],
    priors: Mapping[str, RatePrior],
) -> Float:
    """Expected precision of every rule in this county; shape (rules,).

    `fired` (n, rules) over all reference payments; `outcome` (n,) as in `Labels`. A rule that never fired here keeps
    what its prior says of a rule firing once.
    """
    n = max(len(fired), 1)
    out = np.empty(len(rules))
    for k, rule in enumerate(rules):
        hits = fired[:, k]
        rate = max(float(hits.sum()), 1.0) / n
        out[k] = expected_precision(
            prior_of(rule, priors), rate, float((hits & (outcome == 1)).sum()), float((hits & (outcome == 0)).sum())
        )
    return out


def weights(precision: Float, base_rate: float, mute_below: float) -> tuple[Float, NDArray[np.bool_]]:
    """Log-odds a fired rule adds over the base rate, and which rules are muted (weight 0); shape (rules,) each."""
    muted = precision < mute_below
    gain = np.log(precision / (1 - precision)) - np.log(base_rate / (1 - base_rate))
    return np.where(muted, 0.0, np.maximum(gain, 0.0)), muted
