"""Where looking teaches most: a few released payments chosen because the model does not know, not because it doubts.

Four questions take turns, each asked of the payment that answers it best:

* the rule, or the innocent explanation of one, that fewest findings have tested: a rule muted for want of proof gets
  none otherwise, and neither does a look-alike that is always believed
* rules and learned terms differ: without the terms the probability would be another (needs the model)
* odd by itself, certain by score: what no finding has taught yet looks like this
* the nearest to the line

Nothing is random here. A hash of the payment's number breaks ties, one payment a household is taken, and findings made
here tell nothing of how common anything is: estimates rest on the random sample (`models.scoring.sample`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger, View
from models.rules._rule import Outcome
from models.rules.catalogue import all_rules
from models.scoring.bundle import Bundle
from models.scoring.combine import contributions
from models.scoring.facts import Facts, facts_of
from models.scoring.policy import Policy
from models.scoring.sample import lot

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
CANDIDATES = 1000
"""Payments with the highest scores, and as many with the highest oddness, that are looked at more closely."""
TESTED = 10
"""Findings from which on a rule counts as tested."""
FINDINGS = 20_000
"""Latest findings by which rules are counted as tested."""
CERTAIN = 0.5
"""Quantile of the scores below which the score is sure that all is well."""


@dataclass(frozen=True, slots=True)
class Question:
    """A payment worth a look (`position` in the view), and why in English and Chinese."""

    position: int
    en: str
    zh: str


def most_instructive(
    view: View,
    frame: Int64,
    probability: Float,
    anomaly: Float,
    places: int,
    policy: Policy,
    *,
    seed: str,
    bundle: Bundle | None = None,
) -> list[Question]:
    """At most `places` payments among the positions of `frame`, in turn by question.

    `probability` and `anomaly` (n,) belong to the whole view, whose payments are all as of one moment; findings count
    that were known by then. Without `bundle` the second question is not asked.
    """
    if places <= 0 or len(frame) == 0 or view.rows is None:
        return []
    ids = view.ledger.vocabulary("disbursement").decode(np.asarray(view.own("disbursement_id"))[frame])
    lots = np.array([lot(f"{seed}/{i}") for i in ids])
    p, odd = probability[frame], anomaly[frame]
    near = np.lexsort((lots, -p))
    strange = np.lexsort((lots, -odd))
    few = np.unique(np.concatenate([near[:CANDIDATES], strange[:CANDIDATES]]))
    rows = frame[few]
    facts = facts_of(View(view.ledger, view.at[rows], view.rows[rows]), policy)
    certain = p[strange] <= np.quantile(p, CERTAIN)
    kinds = [
        _untested(facts, looks_at_rules(view.ledger, int(view.at.max()), policy), few, lots[few]),
        _torn(facts, bundle, few, lots[few]),
        (
            (int(k), "unusual by itself, though scored low", "自身异常而评分较低")
            for k in strange[certain & (odd[strange] > 0)]
        ),
        ((int(k), "close to the line", "评分接近提示线") for k in near),
    ]
    household = np.asarray(view.own("household_id"), dtype=np.int64)[frame]
    return [Question(int(frame[k]), en, zh) for k, en, zh in _in_turn(kinds, household, places)]


def looks_at_rules(ledger: Ledger, at_us: int, policy: Policy) -> Int64:
    """How many findings known by the moment tested each rule where it fired and, after these, where it was explained.

    Shape (2 x rules,). A finding counts with what was known of its payment when that was submitted.
    """
    table, payments = ledger.tables.get("dispositions"), ledger.tables["disbursements"]
    if table is None or table.rows == 0:
        return np.zeros(2 * len(all_rules()), dtype=np.int64)
    known = np.nonzero(table.known_at <= at_us)[0][-FINDINGS:]
    place = np.full(len(ledger.vocabulary("disbursement")) + 1, -1, dtype=np.int64)
    place[payments.column("disbursement_id").astype(np.int64)] = np.arange(payments.rows)
    rows = np.unique(place[table.column("disbursement_id")[known].astype(np.int64)])
    rows = rows[rows >= 0]
    return np.asarray(_signals(facts_of(View.before_payment(ledger, rows), policy)).sum(axis=0), dtype=np.int64)


def _signals(facts: Facts) -> NDArray[np.bool_]:
    """Where each rule fired and, after these, where each was explained; shape (n, 2 x rules)."""
    return np.hstack([facts.outcomes == Outcome.FIRED, facts.outcomes == Outcome.EXPLAINED])


def _untested(facts: Facts, looks: Int64, places: Int64, lots: Float) -> Iterator[tuple[int, str, str]]:
    """One payment for each signal with few findings, the least tested signal first."""
    signals = _signals(facts)
    rules = len(facts.rules)
    for signal in np.lexsort((np.arange(2 * rules), looks)):
        hits = np.nonzero(signals[:, signal])[0]
        if looks[signal] >= TESTED or len(hits) == 0:
            continue
        rule, count = facts.rules[signal % rules], int(looks[signal])
        en, zh = ("fires", "命中") if signal < rules else ("is explained away", "已有合规解释")
        # Of its hits the one with fewest other signals: what is found there speaks of this one.
        best = hits[np.lexsort((lots[hits], signals[hits].sum(axis=1)))[0]]
        yield (
            int(places[best]),
            f"rule {rule.code} {en} and only {count} findings have tested that",
            f"规则 {rule.code} {zh}，此前仅{count}条核查结论可检验",
        )


def _torn(facts: Facts, bundle: Bundle | None, places: Int64, lots: Float) -> Iterator[tuple[int, str, str]]:
    """Payments whose probability would be most different without the learned terms."""
    if bundle is None or not bundle.terms:
        return
    added = contributions(facts, bundle)
    rules, terms = added.base + added.rules.sum(axis=1), added.terms.sum(axis=1)
    gap = np.abs(1 / (1 + np.exp(-(rules + terms))) - 1 / (1 + np.exp(-rules)))
    for k in np.lexsort((lots, -gap)):
        yield int(places[k]), "rules and learned terms differ", "规则与学习项判断不一"


def _in_turn(
    kinds: list[Iterator[tuple[int, str, str]]], household: Int64, places: int
) -> Iterator[tuple[int, str, str]]:
    """One of each kind in turn until the places are filled or nothing is left; no payment and no household twice."""
    taken: set[tuple[str, int]] = set()
    left = list(kinds)
    while left and places > 0:
        for kind in list(left):
            for found in kind:
                who = ("household", int(household[found[0]])) if household[found[0]] >= 0 else ("payment", found[0])
                if who not in taken:
                    taken |= {who, ("payment", found[0])}
                    places -= 1
                    yield found
                    break
            else:
                left.remove(kind)
            if places == 0:
                return
