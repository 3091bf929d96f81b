"""A model for measuring speed: every rule weighs something, every feature has a term, about 2 % of rows alert."""

from __future__ import annotations

import numpy as np

from features.asof import Ledger, View
from models.scoring.bundle import Bundle, Term
from models.scoring.combine import judge
from models.scoring.facts import facts_of
from models.scoring.policy import Policy

BINS = 32
ALERTS = 0.02


def bundle_for(ledger: Ledger, policy: Policy, sample: int = 20_000) -> Bundle:
    """A bundle whose terms are cut at quantiles of the last rows; weights are drawn from a seed."""
    total = ledger.tables["disbursements"].rows
    view = View.before_payment(ledger, np.arange(max(0, total - sample), total))
    facts = facts_of(view, policy)
    rng = np.random.default_rng(1)
    terms = []
    for k, feature in enumerate(facts.features):
        known = facts.values[:, k][~np.isnan(facts.values[:, k])].astype(np.float64)
        cuts = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else np.empty(0)
        terms.append(Term(feature.name, cuts, rng.normal(0, 0.15, len(cuts) + 1), 0.0))
    weights = rng.uniform(0.5, 2.0, len(facts.rules))
    plain = Bundle(
        version="bench", as_of="", rule_codes=tuple(r.code for r in facts.rules), rule_weights=weights,
        rule_precision=np.full(len(weights), 0.5), muted=(), feature_names=tuple(f.name for f in facts.features),
        terms=tuple(terms), intercept=-4.0, scale=1.0, shift=0.0, line=2.0, verify_line=2.0,
    )  # fmt: skip
    line = float(np.quantile(judge(facts, plain).probability, 1 - ALERTS))
    return Bundle(**{**{n: getattr(plain, n) for n in plain.__slots__}, "line": line, "verify_line": (1 + line) / 2})
