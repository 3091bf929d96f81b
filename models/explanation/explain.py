"""From one payment and one model to an explanation."""

from __future__ import annotations

import datetime as dt
import json
import math

import numpy as np
from numpy.typing import NDArray

from features._feature import Feature
from features.asof import Ledger, View
from models.explanation.concepts import concept_of_feature, concept_of_typology, concepts
from models.explanation.explanation import Counterfactual, Explanation, Fact, Reason, Text
from models.explanation.gaps import gaps, look_alikes
from models.explanation.peers import PeerFinder, Peers, compare
from models.explanation.precedents import Library, Profiles
from models.rules._rule import Rule
from models.scoring.bundle import Bundle, Term
from models.scoring.combine import Contributions, contributions, judge
from models.scoring.facts import Facts, facts_of
from models.scoring.leading import leading
from models.scoring.policy import Policy
from models.scoring.provenance import stamp_of
from models.scoring.reasons import reasons_of
from models.scoring.wording import worded

Int64 = NDArray[np.int64]
NAMED_FROM = 0.1
"""Log-odds a learned term must add, above what its peers' median adds, before it is named."""

MOST_COMPARED = 2
"""Features of one rule that are set beside its peers'."""


class Explainer:
    """Explains payments by one model; what findings look like to it is read at the first use and kept."""

    def __init__(self, ledger: Ledger, bundle: Bundle, policy: Policy) -> None:
        self._ledger = ledger
        self._bundle = bundle
        self._policy = policy
        self._peers = PeerFinder(ledger)
        self._libraries: dict[bool, Library] = {}
        self._terms = {term.feature: term for term in bundle.terms}

    def one(self, row: int, at: int) -> Explanation:
        """The explanation of a disbursement row as of a moment (microseconds UTC)."""
        return self.many(np.array([row], np.int64), np.array([at], np.int64))[0]

    def many(self, rows: Int64, at_us: Int64) -> list[Explanation]:
        """Explanations of disbursement rows, each as of its own moment; the same as one by one.

        Raises ValueError when shapes differ, a row is not there, or it was submitted after its moment.
        """
        rows, at_us = np.asarray(rows, np.int64), np.asarray(at_us, np.int64)
        lines = self._ledger.tables["disbursements"]
        if rows.shape != at_us.shape or rows.ndim != 1:
            raise ValueError(f"rows and moments: found shapes {rows.shape} and {at_us.shape}, expected one list each")
        if len(rows) and (rows.min() < 0 or rows.max() >= lines.rows):
            raise ValueError(f"found a row outside 0 to {lines.rows - 1}")
        if (lines.known_at[rows] > at_us).any():
            raise ValueError("a payment cannot be explained as of a moment before it was submitted")
        if len(rows) == 0:
            return []
        view = View(self._ledger, at_us, rows)
        facts = facts_of(view, self._policy, self._bundle.resting)
        added = contributions(facts, self._bundle)
        judged = judge(facts, self._bundle)
        lead = leading(facts, added)
        evidence = [
            {item["code"]: tuple(item["evidence"]) for item in json.loads(text)}
            for text in reasons_of(view, facts, added, self._bundle)
        ]
        profiles = Profiles.of(facts, self._bundle)
        ids = self._ledger.vocabulary("disbursement").decode(np.asarray(view.own("disbursement_id")))
        out = []
        for i, (row, at) in enumerate(zip(rows.tolist(), at_us.tolist(), strict=True)):
            peers = self._peers.of(row, at)
            reasons = self._reasons(view, facts, added, i, peers, evidence[i])
            probability, log_odds = float(judged.probability[i]), float(judged.log_odds[i])
            line = min(self._bundle.line, self._bundle.verify_line)
            released = probability < line
            out.append(
                Explanation(
                    disbursement_id=str(ids[i]),
                    as_of=_moment(at, self._ledger.utc_offset),
                    model_version=str(stamp_of(self._bundle, self._policy)),
                    probability=probability,
                    log_odds=log_odds,
                    base=added.base,
                    line=line,
                    recommendation="release"
                    if released
                    else "verify"
                    if probability >= self._bundle.verify_line
                    else "review",
                    desk="none" if released else lead[2][i],
                    typology="" if released else lead[0][i],
                    suspect_role="" if released else lead[1][i],
                    peers=peers.told(),
                    reasons=reasons,
                    precedents=self._library(row, at).nearest(row, at, profiles.values[i]),
                    look_alikes=look_alikes(view, facts, i, self._policy.settings),
                    gaps=gaps(view, facts, i, self._bundle),
                    counterfactual=None if released else counterfactual(reasons, log_odds, line),
                )
            )
        return out

    def _library(self, row: int, at: int) -> Library:
        before = at == int(self._ledger.tables["disbursements"].known_at[row])
        if before not in self._libraries:
            self._libraries[before] = Library(self._ledger, self._bundle, self._policy, before=before)
        return self._libraries[before]

    def _reasons(
        self,
        view: View,
        facts: Facts,
        added: Contributions,
        i: int,
        peers: Peers,
        evidence: dict[str, tuple[str, ...]],
    ) -> tuple[Reason, ...]:
        """Every concept that adds or takes away anything, strongest first; their sum is all of the log-odds."""
        sums: dict[str, list[float]] = {}
        named: dict[str, list[Fact]] = {}
        fired = facts.fired()[i]
        for k, rule in enumerate(facts.rules):
            if fired[k] and rule.code not in self._bundle.muted and rule.code not in self._bundle.silent:
                concept = concept_of_typology()[rule.typology]
                worth = float(added.rules[i, k])
                sums.setdefault(concept, []).append(worth)
                named.setdefault(concept, []).append(self._rule_fact(rule, worth, view, i, peers, evidence))
        features = {feature.name: feature for feature in facts.features}
        for k, term in enumerate(self._bundle.terms):
            worth = float(added.terms[i, k])
            if term.feature not in features or worth == 0.0:
                continue
            concept = concept_of_feature()[term.feature]
            sums.setdefault(concept, []).append(worth)
            if worth >= NAMED_FROM:
                fact = self._term_fact(features[term.feature], term, worth, view, i, peers, evidence)
                if fact.removal >= NAMED_FROM:
                    named.setdefault(concept, []).append(fact)
        found = [
            Reason(
                code,
                concepts()[code].title,
                math.fsum(parts),
                tuple(sorted(named.get(code, []), key=lambda fact: (-fact.removal, fact.code))),
            )
            for code, parts in sums.items()
        ]
        return tuple(sorted(found, key=lambda reason: (-reason.removal, -reason.contribution, reason.concept)))

    def _rule_fact(
        self, rule: Rule, worth: float, view: View, i: int, peers: Peers, evidence: dict[str, tuple[str, ...]]
    ) -> Fact:
        texts = {feature.name: worded(feature, float(feature.of(view)[i])) for feature in rule.reads}
        english, chinese = (text.format(**texts) for text in rule.because)
        if peers.n:
            also = int(peers.fired(rule, self._policy.settings).sum())
            english += f"; so for {also} of {peers.n} peers"
            chinese += f"；{peers.n}笔同类中{also}笔如此"
        compared = [feature for feature in rule.when.features if feature.unit != "flag"][:MOST_COMPARED]
        found = [compare(feature, float(feature.of(view)[i]), peers) for feature in compared]
        return Fact(
            rule.code,
            "rule",
            worth,
            worth,
            None,
            (english, chinese),
            evidence.get(rule.code, ()),
            tuple(comparison for comparison in found if comparison is not None),
        )

    def _term_fact(
        self,
        feature: Feature,
        term: Term,
        worth: float,
        view: View,
        i: int,
        peers: Peers,
        evidence: dict[str, tuple[str, ...]],
    ) -> Fact:
        value = float(feature.of(view)[i])
        quiet = peers.quiet(feature)
        usual = float(term.values(np.array([quiet], np.float32))[0]) * self._bundle.scale
        found = compare(feature, value, peers)
        text: Text = (
            (f"{feature.title[1]}: {worded(feature, value)}", f"{feature.title[0]}：{worded(feature, value)}")
            if found is None
            else found.text
        )
        return Fact(
            feature.name,
            "feature",
            worth,
            worth - usual,
            None if math.isnan(quiet) else quiet,
            text,
            evidence.get(feature.name, ()),
            () if found is None else (found,),
        )


def counterfactual(reasons: tuple[Reason, ...], log_odds: float, line: float) -> Counterfactual:
    """The fewest named facts whose removal takes the payment under its line.

    What facts add is additive, so taking the strongest first is the smallest set, not a guess at it.
    """
    target = math.log(line) - math.log1p(-line) if 0 < line < 1 else (-math.inf if line <= 0 else math.inf)
    facts = sorted(
        (fact for reason in reasons for fact in reason.facts if fact.removal > 0),
        key=lambda fact: (-fact.removal, fact.code),
    )
    left, taken = log_odds, []
    for fact in facts:
        if left < target:
            break
        taken.append(fact.code)
        left -= fact.removal
    enough = left < target
    probability = 1 / (1 + math.exp(-left))
    if enough:
        text = (
            f"without {len(taken)} of {len(facts)} facts ({', '.join(taken)}) it would be at {probability:.0%}, "
            f"under the line of {line:.0%}",
            f"若无其中{len(taken)}项（{'、'.join(taken)}），评分为{probability:.0%}，低于{line:.0%}的界线",
        )
    else:
        text = (
            f"no set of the named facts takes it under the line of {line:.0%}: it would still be at {probability:.0%}",
            f"去除全部所列事实后评分仍为{probability:.0%}，不低于{line:.0%}的界线",
        )
    return Counterfactual(tuple(taken), probability, enough, text)


_kept: list[tuple[Ledger, Bundle, Policy, Explainer]] = []
KEPT_EXPLAINERS = 3


def explain(ledger: Ledger, bundle: Bundle, policy: Policy, row: int, at: int) -> Explanation:
    """Why a disbursement row is scored as it is, as of a moment (microseconds UTC).

    The last few explainers are kept, so that only the first call for a model pays for reading the findings. Raises
    ValueError for a row that is not there or was submitted later.
    """
    for kept in _kept:
        if kept[0] is ledger and kept[1] is bundle and kept[2] is policy:
            return kept[3].one(row, at)
    explainer = Explainer(ledger, bundle, policy)
    _kept.append((ledger, bundle, policy, explainer))
    del _kept[:-KEPT_EXPLAINERS]
    return explainer.one(row, at)


def _moment(at_us: int, utc_offset_us: int) -> str:
    """Microseconds UTC as a local moment in ISO 8601."""
    zone = dt.timezone(dt.timedelta(microseconds=utc_offset_us))
    return dt.datetime.fromtimestamp(at_us / 1e6, zone).isoformat()
