"""Why a payment is not simply released: reasons in two languages, with the rows they rest on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from features._feature import Feature
from features.asof import Ledger, Pairs, View
from features.catalogue import FOLDERS, feature_files
from models.rules._rule import Rule
from models.scoring._prepared import prepared
from models.scoring.bundle import Bundle
from models.scoring.combine import Contributions
from models.scoring.facts import Facts
from models.scoring.wording import worded

MOST_REASONS = 8
MOST_KEYS = 6
TERM_COUNTS_FROM = 0.25
"""Log-odds a learned term must add before it is a reason of its own."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One reason before it is put into words: a rule that fired, or a feature whose term adds enough."""

    weight: float
    code: str
    source: Rule | Feature


class Told(Protocol):
    """What is known of a few payments: the ledger, their rows, features' values and the rows those rest on."""

    @property
    def ledger(self) -> Ledger:
        """Where the rows are."""

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows of `disbursements`; shape (n,)."""

    def values(self, feature: Feature) -> NDArray[np.float64]:
        """A feature's values; shape (n,)."""

    def resting(self, feature: Feature) -> Sequence[Behind]:
        """The rows a feature's values rest on, table by table."""


class Behind(Protocol):
    """Rows of a table behind payments: `row[k]` behind payment `query[k]`, ascending; shapes (k,)."""

    @property
    def table(self) -> str:
        """The table's name."""

    @property
    def query(self) -> NDArray[np.integer[Any]]:
        """Places of payments."""

    @property
    def row(self) -> NDArray[np.integer[Any]]:
        """Row numbers."""


class ToldByView:
    """What a view tells of its payments."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.ledger = view.ledger
        self.rows = _own_rows(view)

    def values(self, feature: Feature) -> NDArray[np.float64]:
        """A feature's values; shape (n,)."""
        return feature.of(self.view)

    def resting(self, feature: Feature) -> Sequence[Behind]:
        """The rows a feature's values rest on."""
        return () if feature.rests_on is None or feature.off(self.view) else self.view.memo(_resting(feature))


def reasons_of(view: View, facts: Facts, added: Contributions, bundle: Bundle) -> list[str]:
    """The contract's JSON list for every query of the view, strongest first; see `reasons_told`."""
    return reasons_told(ToldByView(view), facts, added, bundle)


def reasons_told(told: Told, facts: Facts, added: Contributions, bundle: Bundle) -> list[str]:
    """The contract's JSON list for every payment, strongest first.

    `told`, `facts` and `added` speak of the same few payments (those above the line). What will not be shown is not
    put into words, and evidence is looked up feature by feature for all payments that show it.
    """
    own = told.ledger.tables["disbursements"].evidence(told.rows)
    shown = _strongest(facts, added, bundle)
    wanted: dict[Feature, list[int]] = {}
    for i, items in enumerate(shown):
        for item in items:
            for feature in _features(item.source):
                rows = wanted.setdefault(feature, [])
                if not rows or rows[-1] != i:
                    rows.append(i)
    keys = {feature: _evidence(told, feature, rows) for feature, rows in wanted.items()}
    values = {feature: told.values(feature) for feature in wanted}
    return [
        json.dumps([_stated(item, i, own[i], keys, values) for item in items], ensure_ascii=False)
        for i, items in enumerate(shown)
    ]


def prepare(view: View, features: Iterable[Feature]) -> None:
    """Let the view look up what features rest on, so that what these look-ups need is there before it is shared."""
    for feature in features:
        if feature.rests_on is not None and not feature.off(view):
            view.memo(_resting(feature))


def _strongest(facts: Facts, added: Contributions, bundle: Bundle) -> list[list[_Item]]:
    """The reasons each payment will show, strongest first, ties by code."""
    items: list[list[_Item]] = [[] for _ in range(len(facts.outcomes))]
    for i, k in zip(*(part.tolist() for part in np.nonzero(facts.fired())), strict=True):
        rule = facts.rules[k]
        if rule.code not in bundle.muted and rule.code not in bundle.silent:
            items[i].append(_Item(float(added.rules[i, k]), rule.code, rule))
    features = prepared(facts.features, facts.rules, bundle).feature_of
    for i, k in zip(*(part.tolist() for part in np.nonzero(added.terms >= TERM_COUNTS_FROM)), strict=True):
        feature = features.get(k)
        if feature is not None:
            items[i].append(_Item(float(added.terms[i, k]), feature.name, feature))
    return [sorted(found, key=lambda item: (-item.weight, item.code))[:MOST_REASONS] for found in items]


@cache
def _features(source: Rule | Feature) -> tuple[Feature, ...]:
    return source.reads if isinstance(source, Rule) else (source,)


@cache
def _kind(source: Rule | Feature) -> str:
    if any(_folders().get(f.name) == "graph" for f in _features(source)):
        return "graph"
    return "rule" if isinstance(source, Rule) else "model"


def _stated(
    item: _Item,
    i: int,
    own: str,
    keys: dict[Feature, dict[int, list[str]]],
    values: dict[Feature, NDArray[np.float64]],
) -> dict[str, object]:
    read = _features(item.source)
    if isinstance(item.source, Rule):
        texts = {feature.name: worded(feature, float(values[feature][i])) for feature in read}
        english, chinese = (text.format(**texts) for text in item.source.because)
    else:
        value = worded(item.source, float(values[item.source][i]))
        chinese, english = f"{item.source.title[0]}：{value}", f"{item.source.title[1]}: {value}"
    evidence = dict.fromkeys([own, *(key for feature in read for key in keys[feature].get(i, ()))])
    return {
        "code": item.code, "kind": _kind(item.source), "text_zh": chinese, "text_en": english,
        "weight": round(item.weight, 4), "evidence": list(evidence)[: MOST_KEYS + 1],
    }  # fmt: skip


def _evidence(told: Told, feature: Feature, rows: list[int]) -> dict[int, list[str]]:
    """Keys of the rows a feature's value rests on, for the given queries (ascending)."""
    found: dict[int, list[str]] = {}
    wanted = np.array(rows, dtype=np.int32)
    for pairs in told.resting(feature):
        high = np.searchsorted(pairs.query, wanted, side="right")
        low = np.maximum(np.searchsorted(pairs.query, wanted, side="left"), high - MOST_KEYS)
        number = high - low
        places = np.repeat(high - np.cumsum(number), number) + np.arange(int(number.sum()))
        keys = told.ledger.tables[pairs.table].evidence(pairs.row[places]) if len(places) else []
        end = 0
        for i, length in zip(rows, number.tolist(), strict=True):
            if length:
                found.setdefault(i, []).extend(keys[end : end + length])
                end += length
    return found


@cache
def _resting(feature: Feature) -> Callable[[View], tuple[Pairs, ...]]:
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


def _own_rows(view: View) -> NDArray[np.int64]:
    if view.rows is None:
        raise ValueError("reasons are given for disbursements, not for other keys")
    return view.rows
