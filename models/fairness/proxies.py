"""Can the features tell a group? Sex, surname and ethnicity are no inputs; what stands in for them might be.

A classifier that is given nothing but the model's features learns to tell members of a group from others, in some
villages, and is tried in villages it has not seen. One payment a person: nobody is recognised by an earlier row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.evaluation.groups import Grouping
from models.evaluation.ranking import auc
from models.scoring.bundle import Bundle
from models.scoring.combine import contributions
from models.scoring.facts import Facts

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
FOLDS = 3
DRAWS = 200
TRIED = 12
"""Features with the best single AUC, whose loss to the classifier is then measured."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A feature that gives the group away.

    `alone`: its own AUC (0.5 says nothing, below 0.5 members have lower values). `lost`: AUC lost when it is shuffled.
    `shift`: how much more log-odds the score gives members than others through the feature's own term, on average;
    `spread`: standard deviation of that term over all payments. Both are 0 where the score has no term for it.
    `rules`: rules of weight that read it.
    """

    feature: str
    alone: float
    lost: float
    shift: float
    spread: float
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proxy:
    """How well a group can be told: AUC in villages not learned from, 95 % by villages drawn again; None if too few."""

    grouping: str
    group: str
    members: int
    others: int
    auc: float | None
    interval: tuple[float, float] | None
    carriers: tuple[Carrier, ...] = ()


def proxy_scan(
    facts: Facts,
    bundle: Bundle,
    groupings: Sequence[Grouping],
    *,
    people: NDArray[np.integer[Any]],
    villages: NDArray[np.integer[Any]],
    seed: int,
    people_at_least: int = 50,
    most: int = 8_000,
) -> tuple[Proxy, ...]:
    """Scan every group (of a grouping of two, the second); arrays of shape (n,).

    At most `most` people are looked at, drawn by `seed`. Groups of fewer than `people_at_least` members or others, or
    in fewer than `FOLDS` villages, get no figure.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    rng = np.random.default_rng(seed)
    rows = _one_a_person(np.asarray(people, dtype=np.int64), rng, most)
    part, home = facts.part(rows), np.asarray(villages, dtype=np.int64)[rows]
    values = part.values.astype(np.float64)
    terms = _terms(part, bundle)
    out = []
    for grouping in groupings:
        code = grouping.code[rows]
        labels = range(1, 2) if len(grouping.labels) == 2 else range(len(grouping.labels))
        for k in labels:
            known = code >= 0
            member = code[known] == k
            scanned = _Scan(values[known], home[known], member, seed)
            enough = min(int(member.sum()), int((~member).sum())) >= people_at_least and scanned.possible
            # Small trees on few rows: several threads would only wait for one another.
            with threadpool_limits(1):
                found = scanned.found(facts, bundle, terms[known]) if enough else (None, None, ())
            out.append(Proxy(grouping.name, grouping.labels[k], int(member.sum()), int((~member).sum()), *found))
    return tuple(out)


class _Scan:
    """One group: learned in some villages, tried in the others, every village once."""

    def __init__(self, values: Float, home: NDArray[np.int64], member: Bool, seed: int) -> None:
        self.member, self.seed = member, seed
        _, self.village = np.unique(home, return_inverse=True)
        lot = np.random.default_rng(seed).permutation(int(self.village.max(initial=-1)) + 1)
        self.fold = lot[self.village] % FOLDS if len(lot) else np.empty(0, np.int64)
        # The classifier cannot bin a column that is missing throughout what it learns from.
        empty = [np.isnan(values[self.fold != k]).all(axis=0) for k in range(FOLDS)]
        self.values = np.where(np.any(empty, axis=0), 0.0, values)

    @property
    def possible(self) -> bool:
        """Whether every fold leaves members and others on both sides."""
        return all(
            0 < int(self.member[side].sum()) < int(side.sum())
            for k in range(FOLDS)
            for side in (self.fold == k, self.fold != k)
        )

    def found(
        self, facts: Facts, bundle: Bundle, terms: Float
    ) -> tuple[float, tuple[float, float], tuple[Carrier, ...]]:
        """AUC over all folds, its interval, and what carries it."""
        models = [self._learn(k) for k in range(FOLDS)]
        told = np.empty(len(self.member))
        for k, model in enumerate(models):
            told[self.fold == k] = self._ranks(model, self.values[self.fold == k])
        whole = auc(self.member, told)
        return whole, self._interval(told), self._carriers(models, whole, facts, bundle, terms)

    def _learn(self, fold: int) -> Any:
        from sklearn.ensemble import HistGradientBoostingClassifier

        model = HistGradientBoostingClassifier(
            max_iter=40, max_leaf_nodes=15, min_samples_leaf=20, l2_regularization=1.0, random_state=self.seed,
            early_stopping=False,
        )  # fmt: skip
        return model.fit(self.values[self.fold != fold], self.member[self.fold != fold])

    def _ranks(self, model: Any, values: Float) -> Float:
        """Chances as places within the fold: folds of different level must not be compared by level."""
        chance = np.asarray(model.predict_proba(values)[:, 1])
        _, place, count = np.unique(chance, return_inverse=True, return_counts=True)
        return np.asarray(((np.cumsum(count) - count / 2) / len(chance))[place], dtype=np.float64)

    def _interval(self, told: Float) -> tuple[float, float]:
        rng = np.random.default_rng(self.seed)
        order = np.argsort(self.village, kind="stable")
        bounds = np.searchsorted(self.village[order], np.arange(self.village.max() + 2))
        found = []
        for _ in range(DRAWS):
            drawn = rng.integers(0, len(bounds) - 1, len(bounds) - 1)
            rows = np.concatenate([order[bounds[v] : bounds[v + 1]] for v in drawn.tolist()])
            if 0 < int(self.member[rows].sum()) < len(rows):
                found.append(auc(self.member[rows], told[rows]))
        low, high = np.quantile(found, (0.025, 0.975))
        return float(low), float(high)

    def _carriers(
        self, models: Sequence[Any], whole: float, facts: Facts, bundle: Bundle, terms: Float
    ) -> tuple[Carrier, ...]:
        rng = np.random.default_rng(self.seed)
        alone = np.array([_alone(self.member, self.values[:, j]) for j in range(self.values.shape[1])])
        best = np.argsort(-np.abs(alone - 0.5), kind="stable")[:TRIED]
        out = []
        for j in best.tolist():
            told = np.empty(len(self.member))
            for k, model in enumerate(models):
                tried = self.values[self.fold == k].copy()
                tried[:, j] = rng.permutation(tried[:, j])
                told[self.fold == k] = self._ranks(model, tried)
            term = terms[:, j]
            out.append(
                Carrier(
                    facts.features[j].name, float(alone[j]), whole - auc(self.member, told),
                    float(term[self.member].mean() - term[~self.member].mean()), float(term.std()),
                    _rules_of_weight(facts, bundle, facts.features[j].name),
                )
            )  # fmt: skip
        return tuple(sorted(out, key=lambda one: (-one.lost, one.feature)))


def _one_a_person(people: NDArray[np.int64], rng: np.random.Generator, most: int) -> NDArray[np.int64]:
    """The last row of each known person, at most `most` of them, in order."""
    last = len(people) - 1 - np.unique(people[::-1], return_index=True)[1]
    last = np.sort(last[people[last] >= 0])
    return np.sort(rng.choice(last, most, replace=False)) if len(last) > most else last


def _alone(member: Bool, values: Float) -> float:
    """AUC of a single feature; missing stands below every value."""
    return auc(member, np.where(np.isnan(values), -np.inf, values))


def _terms(facts: Facts, bundle: Bundle) -> Float:
    """What the score adds through each feature's own term; shape (n, features)."""
    places = {feature.name: j for j, feature in enumerate(facts.features)}
    out = np.zeros(facts.values.shape)
    added = contributions(facts, bundle).terms
    for t, term in enumerate(bundle.terms):
        if term.feature in places:
            out[:, places[term.feature]] += added[:, t]
    return out


def _rules_of_weight(facts: Facts, bundle: Bundle, feature: str) -> tuple[str, ...]:
    weight: Mapping[str, float] = dict(zip(bundle.rule_codes, bundle.rule_weights.tolist(), strict=True))
    return tuple(
        rule.code
        for rule in facts.rules
        if weight.get(rule.code, 0.0) > 0 and any(read.name == feature for read in rule.reads)
    )
