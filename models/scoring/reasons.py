"""Why a payment is not simply released: reasons in two languages, with the rows they rest on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from features._feature import Feature
from features.asof import Pairs, View
from features.catalogue import FOLDERS, feature_files
from models.rules._rule import Outcome, Rule
from models.scoring.bundle import Bundle
from models.scoring.combine import Judged
from models.scoring.facts import Facts
from models.scoring.wording import worded

MOST_REASONS = 8
MOST_KEYS = 6
TERM_COUNTS_FROM = 0.25
"""Log-odds a learned term must add before it is a reason of its own."""


@dataclass(frozen=True, slots=True)
class _Item:
    weight: float
    code: str
    kind: str
    en: str
    zh: str
    evidence: list[str]


def reasons_of(view: View, facts: Facts, judged: Judged, bundle: Bundle) -> list[str]:
    """The contract's JSON list for every query of the view, strongest first.

    `view`, `facts` and `judged` speak of the same few payments (those above the line): evidence is looked up row by
    row, which would be wasteful for a whole run.
    """
    own = view.ledger.tables["disbursements"].evidence(_own_rows(view))
    items: list[list[_Item]] = [[] for _ in range(view.n)]
    for k, rule in enumerate(facts.rules):
        for i in np.nonzero(facts.outcomes[:, k] == Outcome.FIRED)[0]:
            if rule.code not in bundle.muted:
                items[i].append(_rule_item(view, rule, int(i), float(judged.rules[i, k])))
    for k, term in enumerate(bundle.terms):
        feature = next((f for f in facts.features if f.name == term.feature), None)
        if feature is None:
            continue
        for i in np.nonzero(judged.terms[:, k] >= TERM_COUNTS_FROM)[0]:
            items[i].append(_term_item(view, feature, int(i), float(judged.terms[i, k])))
    return [_json(found, own[i]) for i, found in enumerate(items)]


def _rule_item(view: View, rule: Rule, i: int, weight: float) -> _Item:
    shown = {feature.name: worded(feature, float(feature.of(view)[i])) for feature in rule.reads}
    english, chinese = rule.because
    evidence: list[str] = []
    for feature in rule.reads:
        evidence.extend(_evidence(view, feature, i))
    kind = "graph" if any(_folder(f) == "graph" for f in rule.reads) else "rule"
    return _Item(weight, rule.code, kind, english.format(**shown), chinese.format(**shown), evidence)


def _term_item(view: View, feature: Feature, i: int, weight: float) -> _Item:
    value = worded(feature, float(feature.of(view)[i]))
    chinese, english = feature.title
    kind = "graph" if _folder(feature) == "graph" else "model"
    return _Item(weight, feature.name, kind, f"{english}: {value}", f"{chinese}：{value}", _evidence(view, feature, i))


def _evidence(view: View, feature: Feature, i: int) -> list[str]:
    """Keys of the rows a feature's value rests on for one query."""
    if feature.rests_on is None or feature.off(view):
        return []
    rests = view.memo(_resting(feature))
    keys: list[str] = []
    for pairs in rests:
        low, high = np.searchsorted(pairs.query, [i, i + 1])
        rows = pairs.row[low:high][-MOST_KEYS:]
        if len(rows):
            keys.extend(view.ledger.tables[pairs.table].evidence(rows))
    return keys


@cache
def _resting(feature: Feature):  # type: ignore[no-untyped-def]
    """The feature's evidence as a function of a view, one object a feature, so that a view keeps its result."""

    def rows(view: View) -> tuple[Pairs, ...]:
        found = feature.rests_on(view) if feature.rests_on else ()
        pairs: Iterable[Pairs] = (found,) if isinstance(found, Pairs) else found
        return tuple(_sorted(p) for p in pairs)

    return rows


def _sorted(pairs: Pairs) -> Pairs:
    order = np.argsort(pairs.query, kind="stable")
    return Pairs(pairs.view, pairs.table, pairs.query[order], pairs.row[order])


@cache
def _folders() -> dict[str, str]:
    return {path.stem: path.parent.name for path in feature_files() if path.parent.name in FOLDERS}


def _folder(feature: Feature) -> str:
    return _folders().get(feature.name, "")


def _json(items: list[_Item], own: str) -> str:
    ordered = sorted(items, key=lambda item: (-item.weight, item.code))[:MOST_REASONS]
    return json.dumps(
        [
            {
                "code": item.code,
                "kind": item.kind,
                "text_zh": item.zh,
                "text_en": item.en,
                "weight": round(item.weight, 4),
                "evidence": list(dict.fromkeys([own, *item.evidence]))[: MOST_KEYS + 1],
            }
            for item in ordered
        ],
        ensure_ascii=False,
    )


def _own_rows(view: View) -> NDArray[np.int64]:
    if view.rows is None:
        raise ValueError("reasons are given for disbursements, not for other keys")
    return view.rows
