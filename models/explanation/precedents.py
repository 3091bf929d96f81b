"""Payments with a finding that looked like this one, and what was found."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger, View
from models.explanation.concepts import concept_of_feature, concept_of_typology, concepts
from models.explanation.explanation import Precedent, Precedents, Text
from models.scoring.bundle import Bundle
from models.scoring.combine import contributions
from models.scoring.facts import Facts, gather
from models.scoring.hubs import KINDS, hubs_of
from models.scoring.policy import Policy
from models.training.labels import CLEARED, CONFIRMED, labels_at

Float32 = NDArray[np.float32]
Int64 = NDArray[np.int64]
MOST = 3
CANDIDATES = 24
LIKE_FROM = 0.25
"""Weighted Jaccard similarity under which a finding says nothing of the payment."""

MOST_FINDINGS = 20_000
SAME = ("person_id", "household_id", "card_id")
OWN_HUBS = ("card", "household", "phone", "device")
"""Hubs that make a finding one of the same matter; others (an official, an outlet, a run, a village) are said."""

WORDS: dict[str, Text] = {"confirmed": ("confirmed", "查实"), "cleared": ("cleared", "排除")}
HUBS: dict[str, Text] = {
    "official": ("official", "经办人员"),
    "outlet": ("outlet", "网点"),
    "run": ("run", "批次"),
    "village": ("village", "村"),
}


@dataclass(frozen=True, slots=True)
class Profiles:
    """What payments' log-odds are made of, rules then terms; shape (n, R + T). `concepts` names each column's."""

    values: Float32
    concepts: tuple[str, ...]
    labels: tuple[Text, ...]

    @classmethod
    def of(cls, facts: Facts, bundle: Bundle) -> Profiles:
        """The profiles of payments as one model sees them."""
        added = contributions(facts, bundle)
        titles = {f.name: (f.title[1], f.title[0]) for f in facts.features}
        names = [concept_of_typology()[rule.typology] for rule in facts.rules]
        names += [concept_of_feature().get(term.feature, "item") for term in bundle.terms]
        labels = [rule.title for rule in facts.rules]
        labels += [titles.get(term.feature, (term.feature, term.feature)) for term in bundle.terms]
        return cls(np.hstack([added.rules, added.terms]).astype(np.float32), tuple(names), tuple(labels))


def similarity(one: Float32, others: Float32) -> NDArray[np.float64]:
    """Weighted Jaccard of signed contributions: shared over all, positive and negative apart; shape (n,), 0 to 1.

    >>> similarity(np.array([2.0, -1.0, 0.0], np.float32), np.array([[2.0, -1.0, 0.0], [1.0, 1.0, 0.0]], np.float32))
    array([1.  , 0.25])
    """
    whole = np.abs(one).sum(dtype=np.float64) + np.abs(others).sum(axis=1, dtype=np.float64)
    apart = np.abs(others - one).sum(axis=1, dtype=np.float64)
    return np.asarray(np.divide(whole - apart, whole + apart, out=np.zeros(len(others)), where=whole + apart > 0))


class Library:
    """Every payment with a finding, as one model sees it.

    Before payment each is seen as of its own submission, the stage at which the explained payment is; after payment
    as it stood just before its first finding. Whether and how a finding counts is asked as of the explained moment.
    """

    def __init__(self, ledger: Ledger, bundle: Bundle, policy: Policy, *, before: bool) -> None:
        self._ledger = ledger
        self._lines = ledger.tables["disbursements"]
        every = np.arange(self._lines.rows, dtype=np.int64)
        never = np.iinfo(np.int64).max
        ever = labels_at(ledger, every, never)
        self.rows: Int64 = np.nonzero(ever.usable)[0][-MOST_FINDINGS:].astype(np.int64)
        moments = self._lines.known_at[self.rows]
        if not before:
            moments = np.maximum(_first_decided(ledger)[self.rows] - 1, moments)
        if len(self.rows):
            self._profiles = Profiles.of(gather(ledger, self.rows, policy, at_us=moments), bundle)
        self._labels: dict[int, tuple[NDArray[np.int8], Int64]] = {}

    def nearest(self, row: int, at: int, own: Float32) -> Precedents:
        """The nearest confirmed and cleared precedents of a disbursement row with the profile `own` (R + T,)."""
        outcome, decided = self._known(at)
        usable = ((outcome == CONFIRMED) | (outcome == CLEARED)) & (self.rows != row)
        tied = np.zeros(len(self.rows), dtype=bool)
        for name in SAME:
            codes = self._lines.column(name)
            tied |= (codes[self.rows] == codes[row]) & (codes[row] >= 0)
        found: dict[str, list[Precedent]] = {"confirmed": [], "cleared": []}
        passed = int((usable & tied).sum())
        if not (usable & ~tied).any():
            return Precedents((), (), passed, int(usable.sum()))
        near = np.where(usable & ~tied, similarity(own, self._profiles.values), -1.0)
        for name, label in (("confirmed", CONFIRMED), ("cleared", CLEARED)):
            ranked = np.where(outcome == label, near, -1.0)
            order = np.argsort(-ranked, kind="stable")[:CANDIDATES]
            order = order[ranked[order] >= LIKE_FROM]
            hubs = self._shared_hubs(row, self.rows[order], at)
            taken: set[tuple[str, int]] = set()
            for k, shared in zip(order.tolist(), hubs, strict=True):
                there = int(self.rows[k])
                if shared & set(OWN_HUBS):
                    passed += 1
                    continue
                # Three payments to one household are one precedent.
                keys = {(name, int(self._lines.column(name)[there])) for name in SAME}
                if taken & {key for key in keys if key[1] >= 0}:
                    continue
                taken |= keys
                found[name].append(self._told(name, k, float(near[k]), int(decided[k]), own, sorted(shared)))
                if len(found[name]) == MOST:
                    break
        return Precedents(tuple(found["confirmed"]), tuple(found["cleared"]), passed, int(usable.sum()))

    def _known(self, at: int) -> tuple[NDArray[np.int8], Int64]:
        """Findings on record at the moment."""
        if at not in self._labels:
            labels = labels_at(self._ledger, self.rows, at)
            if len(self._labels) > 64:
                self._labels.clear()
            self._labels[at] = (labels.outcome, labels.decided_at)
        return self._labels[at]

    def _shared_hubs(self, row: int, others: Int64, at: int) -> list[set[str]]:
        """Kinds of hubs each of the others shares with the payment, as of the moment."""
        rows = np.concatenate([[row], others]).astype(np.int64)
        hubs = hubs_of(View(self._ledger, np.full(len(rows), at, np.int64), rows))
        pairs: list[set[tuple[int, int]]] = [set() for _ in rows]
        for query, kind, code in zip(hubs.query.tolist(), hubs.kind.tolist(), hubs.code.tolist(), strict=True):
            pairs[query].add((kind, code))
        kinds = list(KINDS)
        return [{kinds[kind] for kind, _ in pairs[0] & other} for other in pairs[1:]]

    def _told(self, name: str, k: int, near: float, decided: int, own: Float32, hubs: list[str]) -> Precedent:
        there = self._profiles.values[k]
        both = np.where(np.sign(own) == np.sign(there), np.minimum(np.abs(own), np.abs(there)), 0.0)
        both = np.where(own > 0, both, 0.0)
        total: dict[str, float] = {}
        for place in np.nonzero(both)[0].tolist():
            concept = self._profiles.concepts[place]
            total[concept] = total.get(concept, 0.0) + float(both[place])
        shared = sorted(total, key=lambda code: -total[code])[:3]
        strongest = [self._profiles.labels[place] for place in np.argsort(-both, kind="stable")[:2] if both[place] > 0]
        code = self._lines.column("disbursement_id")[[self.rows[k]]].astype(np.int64)
        day = dt.datetime.fromtimestamp(
            decided / 1e6, dt.timezone(dt.timedelta(microseconds=self._ledger.utc_offset))
        ).date()
        outcome: Literal["confirmed", "cleared"] = "confirmed" if name == "confirmed" else "cleared"
        return Precedent(
            str(self._ledger.vocabulary("disbursement").decode(code)[0]),
            outcome,
            day.isoformat(),
            near,
            tuple(shared),
            tuple(hubs),
            _in_words(name, day, near, shared, strongest, hubs),
        )


def _in_words(name: str, day: dt.date, near: float, shared: list[str], facts: list[Text], hubs: list[str]) -> Text:
    titles = [concepts()[code].title for code in shared]
    same = [HUBS[kind] for kind in hubs if kind in HUBS]
    english = f"{WORDS[name][0]} {day}, {near:.0%} alike"
    chinese = f"{day} {WORDS[name][1]}，相似度{near:.0%}"
    if titles:
        english += f"; both: {', '.join(title[0] for title in titles)} ({'; '.join(text[0] for text in facts)})"
        chinese += f"；共同之处：{'、'.join(title[1] for title in titles)}（{'；'.join(text[1] for text in facts)}）"
    if same:
        english += f"; same {', '.join(text[0] for text in same)}"
        chinese += f"；同一{'、'.join(text[1] for text in same)}"
    return english, chinese


def _first_decided(ledger: Ledger) -> Int64:
    """When each disbursement row first had a finding, microseconds UTC; far in the future where it never had."""
    lines, table = ledger.tables["disbursements"], ledger.tables.get("dispositions")
    size = len(ledger.vocabulary("disbursement")) + 1
    first = np.full(size, np.iinfo(np.int64).max, dtype=np.int64)
    if table is not None:
        np.minimum.at(first, table.column("disbursement_id").astype(np.int64), table.known_at)
    return first[lines.column("disbursement_id").astype(np.int64)]
