"""Learned terms that are shipped: what invented counties, whose truth is known, taught beside the rules.

A county's own findings are few and selected: terms learned from them alone travel badly through time (measured:
docs/decisions/0012-shipped-terms.md). Counties that were invented have truth for every payment, and habits of their
own. So their terms are shipped and believed in part; how large a part, this county's findings say.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.scoring._workers import each
from models.scoring.bundle import Term
from models.scoring.facts import Facts
from models.training.additive import fit_terms

Float = NDArray[np.float64]
FILE = Path(__file__).parent.parent / "scoring" / "prior_terms.json"
CAP = 0.3
"""Log-odds up to which a term's word is a small one (see `calibrate.SHARES_UNSEEN`)."""
DRAWS = 4
HONEST_ROWS = 6000
"""Honest payments drawn of each county, as many again where a rule fired: the rest says the same."""


@dataclass(frozen=True, slots=True)
class Taught:
    """Payments of one invented county: facts (n, ...), truth (n,) and the rules' log-odds without findings (n,)."""

    facts: Facts
    irregular: NDArray[np.bool_]
    start: Float


@cache
def shipped_terms() -> tuple[Term, ...]:
    """The shipped terms, whole; empty where none are shipped (`python -m service.work.ship_prior` makes them)."""
    if not FILE.exists():
        return ()
    told = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Term(t["feature"], np.array(t["cuts"], np.float64), np.array(t["scores"], np.float64), float(t["missing"]))
        for t in told["terms"]
    )


def of_facts(terms: Sequence[Term], facts: Facts) -> Float:
    """What the terms add to the log-odds of each payment; shape (n,). Features not computed here add nothing."""
    places = {feature.name: k for k, feature in enumerate(facts.features)}
    total = np.zeros(len(facts.values))
    for term in terms:
        if term.feature in places:
            total += term.values(facts.values[:, places[term.feature]])
    return total


def in_parts(terms: Sequence[Term], facts: Facts) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """Each term as two: what it says within `CAP` of what it says of most payments here, and what it says beyond.

    A term whose feature is not computed here stays out.
    """
    places = {feature.name: k for k, feature in enumerate(facts.features)}
    small, strong = [], []
    for term in terms:
        if term.feature in places:
            usual = float(np.median(term.values(facts.values[:, places[term.feature]])))
            within = Term(
                term.feature,
                term.cuts,
                np.clip(term.scores - usual, -CAP, CAP),
                float(np.clip(term.missing - usual, -CAP, CAP)),
            )
            small.append(within)
            strong.append(
                Term(
                    term.feature, term.cuts, term.scores - usual - within.scores, term.missing - usual - within.missing
                )
            )
    return tuple(small), tuple(strong)


def learn(counties: Sequence[Taught], *, seed: int, workers: int = 1) -> tuple[Term, ...]:
    """Terms from the truth of several counties, on top of what the rules say without any finding.

    The mean of `DRAWS` draws of honest payments: one draw alone moves a county's average precision by a hundredth.
    """
    found = list(each(lambda k: _once(counties, seed + 1000 * k), range(DRAWS), workers))
    mean: dict[str, Term] = {}
    for term in (term.times(1 / DRAWS) for terms in found for term in terms):
        mean[term.feature] = mean[term.feature].plus(term) if term.feature in mean else term
    names = [feature.name for feature in counties[0].facts.features]
    return tuple(mean[name] for name in names if name in mean)


def _once(counties: Sequence[Taught], seed: int) -> tuple[Term, ...]:
    """Terms from one draw."""
    drawn = [_draw(county, np.random.default_rng(seed + k)) for k, county in enumerate(counties)]
    values = np.concatenate([c.facts.values[rows] for c, (rows, _) in zip(counties, drawn, strict=True)])
    target = np.concatenate([c.irregular[rows] for c, (rows, _) in zip(counties, drawn, strict=True)])
    start = np.concatenate([c.start[rows] for c, (rows, _) in zip(counties, drawn, strict=True)])
    weight = np.concatenate([w for _, w in drawn])
    names = [feature.name for feature in counties[0].facts.features]
    return fit_terms(values, names, target.astype(np.float64), weight, start, seed=seed)[1]


def write(terms: Sequence[Term], file: Path) -> None:
    """Write terms as JSON, rounded to what can matter."""
    told = [
        {
            "feature": t.feature,
            "cuts": [float(f"{c:.7g}") for c in t.cuts],
            "scores": [round(float(s), 4) for s in t.scores],
            "missing": round(t.missing, 4),
        }
        for t in terms
    ]
    lines = ",\n".join(json.dumps(t) for t in told)
    file.write_text(f'{{"terms": [\n{lines}\n]}}\n', encoding="utf-8")


def _draw(county: Taught, rng: np.random.Generator) -> tuple[NDArray[np.int64], Float]:
    """Every irregular payment and some honest ones, each standing for as many as it was drawn from."""
    alarmed = county.facts.fired().any(axis=1)
    rows, weights = [np.nonzero(county.irregular)[0]], [np.ones(int(county.irregular.sum()))]
    for honest in (np.nonzero(~county.irregular & alarmed)[0], np.nonzero(~county.irregular & ~alarmed)[0]):
        some = np.sort(rng.choice(honest, min(len(honest), HONEST_ROWS), replace=False))
        rows.append(some)
        weights.append(np.full(len(some), len(honest) / max(1, len(some))))
    return np.concatenate(rows), np.concatenate(weights)
