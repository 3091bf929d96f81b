"""What judging needs of a model and does not depend on payments, laid out once for compiled passes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features._feature import Feature
from models.rules._rule import Rule
from models.scoring.asking import asking
from models.scoring.bundle import Bundle

Float = NDArray[np.float64]
Int = NDArray[np.int64]
KEPT = 8
"""Models kept ready: the one in force, a challenger, and those somebody compares."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A bundle aligned with the features and rules of facts.

    * `columns`, `terms` (t,): place of each term's feature among the features, and of the term in the bundle.
    * `starts` (t + 1,), `cuts`, `scores`, `missing` (t,): the terms' steps; term k has one score more than cuts.
    * `weights`, `stating` (rules,): of every rule, and without those of rules that only ask.
    * `groups`, `members`: rules of each typology: `members[groups[g]:groups[g + 1]]`.
    * `asking`: places of the rules that only ask. `feature_of`: the feature of each term, by its place in the bundle.
    """

    bundle: Bundle
    features: tuple[Feature, ...]
    rules: tuple[Rule, ...]
    columns: Int
    terms: Int
    starts: Int
    cuts: Float
    scores: Float
    missing: Float
    weights: Float
    stating: Float
    groups: Int
    members: Int
    asking: list[int]
    feature_of: dict[int, Feature]


_kept: dict[tuple[int, int, int], Prepared] = {}


def prepared(features: tuple[Feature, ...], rules: tuple[Rule, ...], bundle: Bundle) -> Prepared:
    """The bundle aligned with these features and rules; made once for the same three objects."""
    key = (id(bundle), id(features), id(rules))
    found = _kept.get(key)
    if found is None:
        found = _prepare(features, rules, bundle)
        while len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)))
        # It holds the three objects, so that no other can have their ids meanwhile.
        _kept[key] = found
    return found


def _prepare(features: tuple[Feature, ...], rules: tuple[Rule, ...], bundle: Bundle) -> Prepared:
    places = {feature.name: k for k, feature in enumerate(features)}
    terms = [t for t, term in enumerate(bundle.terms) if term.feature in places]
    known = dict(zip(bundle.rule_codes, bundle.rule_weights, strict=True))
    weights = np.array([known.get(rule.code, 0.0) for rule in rules], dtype=np.float64)
    groups, members = by_typology(rules)
    return Prepared(
        bundle,
        features,
        rules,
        np.array([places[bundle.terms[t].feature] for t in terms], dtype=np.int64),
        np.array(terms, dtype=np.int64),
        np.concatenate(([0], np.cumsum([len(bundle.terms[t].cuts) for t in terms]))).astype(np.int64),
        _joined(bundle.terms[t].cuts for t in terms),
        _joined(bundle.terms[t].scores for t in terms),
        np.array([bundle.terms[t].missing for t in terms], dtype=np.float64),
        weights,
        stating(rules, weights),
        groups,
        members,
        asking(rules),
        {t: features[places[bundle.terms[t].feature]] for t in terms},
    )


def by_typology(rules: tuple[Rule, ...]) -> tuple[Int, Int]:
    """Rules of each typology: starts (typologies + 1,) into the numbers of the rules."""
    groups: dict[str, list[int]] = {}
    for k, rule in enumerate(rules):
        groups.setdefault(rule.typology, []).append(k)
    starts = np.concatenate(([0], np.cumsum([len(g) for g in groups.values()])))
    return starts.astype(np.int64), np.array([k for g in groups.values() for k in g], dtype=np.int64)


def stating(rules: tuple[Rule, ...], weights: Float) -> Float:
    """The weights without those of rules that only ask, which are added last and within bounds."""
    return np.where([rule.asks_only for rule in rules], 0.0, weights)


def _joined(parts: Iterable[Float]) -> Float:
    return np.concatenate([np.empty(0), *parts])
