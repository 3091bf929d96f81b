"""What equal false-positive rates would cost: two ways to get them, compared with the model as it is.

A comparison and nothing else: both ways need to know the group to treat people by it, which no model here does.

* *Constrained*: a logistic model over the log-odds and what each typology's rules and each learned term add to them,
  fitted under false-positive parity by the exponentiated gradient (Agarwal et al. 2018, fairlearn). Beside it the same
  model without constraint, so that what the constraint costs is not mistaken for what the simpler model costs. Payments
  nobody looked at enter as the model in force believes of them, drawn once: neither clean nor irregular by decree.
* *Line moved*: the model as it is, with the group's log-odds lowered by the least offset, within a budget, that keeps
  its ratio within the bound on the earlier payments.

All are judged at the same number of payments above the line: the capacity.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.groups import Grouping, rates_by_group
from models.scoring.bundle import Bundle
from models.scoring.combine import contributions, judge
from models.scoring.facts import Facts

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
Int8 = NDArray[np.int8]
BUDGET = 1.0
"""Most log-odds a group's line may move: a factor of 2.7 on the odds."""
STEPS = 20
LEARN_FROM = 8_000
"""Payments without a known answer that are drawn when a logistic model is fitted."""


@dataclass(frozen=True, slots=True)
class Way:
    """One model at the capacity. `ratios` are false-positive rates of each group over the overall one."""

    name: str
    capacity: int
    hits: int
    precision: float
    false_alarms: int
    ratios: Mapping[str, float | None]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Parity:
    """All ways for one grouping, the model as it is first."""

    grouping: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """Payments of one side of the split in time: facts, answers (1, 0, else not known), groups, people; (n,) each."""

    facts: Facts
    answer: Int8
    grouping: Grouping
    people: NDArray[np.int64]


def compare_parity(
    earlier: Side, later: Side, bundle: Bundle, policy: Mapping[str, float], *, capacity: int, seed: int
) -> Parity:
    """Fit on the earlier side, judge on the later one at `capacity` payments.

    Raises ValueError where the earlier side knows no irregular or no honest payment.
    """
    known = earlier.answer[(earlier.answer == 0) | (earlier.answer == 1)]
    if len(np.unique(known)) < 2:
        raise ValueError("parity is compared where irregular and honest payments are known; found one kind or none")
    plain = judge(later.facts, bundle).log_odds
    ways = [_way("as it is", plain, later, policy, capacity)]
    offsets = _offsets(judge(earlier.facts, bundle).log_odds, earlier, bundle, policy, capacity / len(plain))
    moved = plain + np.append(offsets, 0.0)[later.grouping.code]
    told = ", ".join(f"{label} {offset:+.2f}" for label, offset in zip(later.grouping.labels, offsets, strict=True))
    ways.append(_way("line moved", moved, later, policy, capacity, f"log-odds: {told}"))
    columns = _columns(earlier.facts, bundle)
    believed = judge(earlier.facts, bundle).probability
    x, y, group = _to_learn_from(earlier, _design(earlier.facts, bundle, columns), believed, seed)
    unseen = _design(later.facts, bundle, columns)
    for name, constrained in (("logistic", False), ("logistic, constrained", True)):
        rank = _logistic(x, y, group if constrained else None, unseen, seed)
        # Where the constrained model is undecided between payments, the model as it is decides.
        ways.append(_way(name, rank + 1e-6 * _share_below(plain), later, policy, capacity))
    return Parity(later.grouping.name, tuple(ways))


def _way(name: str, rank: Float, side: Side, policy: Mapping[str, float], capacity: int, note: str = "") -> Way:
    flagged = np.zeros(len(rank), dtype=bool)
    flagged[np.argsort(-rank, kind="stable")[:capacity]] = True
    rates = rates_by_group(flagged, side.answer, [side.grouping], policy, people=side.people)
    hits = int((flagged & (side.answer == 1)).sum())
    wrong = int((flagged & (side.answer == 0)).sum())
    ratios = {label: group.ratio for label, group in rates.by.get(side.grouping.name, {}).items()}
    return Way(name, capacity, hits, hits / max(1, hits + wrong), wrong, ratios, note)


def _offsets(
    log_odds: Float, side: Side, bundle: Bundle, policy: Mapping[str, float], share: float
) -> NDArray[np.float64]:
    """The least lowering of each group, in steps of the budget, that brings all ratios within the bound (or nearest).

    One group at a time, the worst first: lowering one raises the others' part of the false alarms.
    """
    bound = policy["groups.ratio_at_most"]
    offsets = np.zeros(len(side.grouping.labels))
    capacity = max(1, round(share * len(log_odds)))
    for _ in range(STEPS * len(offsets)):
        moved = log_odds + np.append(offsets, 0.0)[side.grouping.code]
        ratios = _way("", moved, side, policy, capacity).ratios
        found = np.array([ratios.get(label) or 0.0 for label in side.grouping.labels])
        found[offsets <= -BUDGET + 1e-9] = 0.0
        worst = int(found.argmax())
        if found[worst] <= bound:
            break
        offsets[worst] -= BUDGET / STEPS
    return offsets


def _columns(facts: Facts, bundle: Bundle) -> list[str]:
    """Names of the design's columns: typologies, then the bundle's terms."""
    return [*dict.fromkeys(rule.typology for rule in facts.rules), *(term.feature for term in bundle.terms)]


def _design(facts: Facts, bundle: Bundle, columns: list[str]) -> Float:
    """The log-odds, and what each typology's rules and each term add to them; shape (n, 1 + columns)."""
    added = contributions(facts, bundle)
    typology = np.array([rule.typology for rule in facts.rules])
    names = columns[: len(columns) - len(bundle.terms)]
    total = judge(facts, bundle).log_odds
    return np.column_stack([total, *(added.rules[:, typology == name].sum(axis=1) for name in names), added.terms])


def _to_learn_from(
    side: Side, design: Float, believed: Float, seed: int
) -> tuple[Float, NDArray[np.int64], NDArray[np.str_]]:
    """Known payments and some of the others, irregular with the chance believed; those of no known group are out."""
    rng = np.random.default_rng(seed)
    in_group = side.grouping.code >= 0
    known = np.nonzero(in_group & ((side.answer == 0) | (side.answer == 1)))[0]
    others = np.nonzero(in_group & (side.answer != 0) & (side.answer != 1))[0]
    if len(others) > LEARN_FROM:
        others = rng.choice(others, LEARN_FROM, replace=False)
    rows = np.sort(np.concatenate([known, others]))
    labels = np.array(side.grouping.labels)
    target = np.where(np.isin(rows, known), side.answer[rows] == 1, rng.random(len(rows)) < believed[rows])
    return design[rows], target.astype(np.int64), labels[side.grouping.code[rows]]


def _logistic(x: Float, y: NDArray[np.int64], group: NDArray[np.str_] | None, unseen: Float, seed: int) -> Float:
    """Chances of unseen payments by a logistic model, under false-positive parity where groups are given."""
    from sklearn.linear_model import LogisticRegression

    scale = np.maximum(np.abs(x).max(axis=0, initial=0.0), 1e-9)
    model = LogisticRegression(C=1.0, max_iter=500, random_state=seed)
    with warnings.catch_warnings():
        # fairlearn 0.15 hands pandas what pandas 4 will read otherwise; and a classifier of one kind warns.
        warnings.simplefilter("ignore")
        if group is None:
            return np.asarray(model.fit(x / scale, y).predict_proba(unseen / scale)[:, 1], dtype=np.float64)
        from fairlearn.reductions import (  # type: ignore[import-untyped]
            ExponentiatedGradient,
            FalsePositiveRateParity,
        )

        gradient = ExponentiatedGradient(model, FalsePositiveRateParity(ratio_bound=0.8), max_iter=10)
        gradient.fit(x / scale, y, sensitive_features=group)
        weights = gradient.weights_
        chance = np.zeros(len(unseen))
        for t, weight in weights.items():
            if weight > 0:
                chance += weight * np.asarray(gradient.predictors_[t].predict_proba(unseen / scale)[:, 1])
    return chance


def _share_below(values: Float) -> Float:
    """Each value's place among all, 0 to 1."""
    return np.argsort(np.argsort(values, kind="stable"), kind="stable") / max(1, len(values))
