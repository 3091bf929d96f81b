"""Rules that are not live at a training: they teach the model nothing, and what they would be worth is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.scoring.bundle import Bundle
from models.scoring.facts import Facts
from models.scoring.policy import Policy
from models.training.labels import Labels
from models.training.worth import worth


def weigh_silent(bundle: Bundle, facts: Facts, labels: Labels, policy: Policy, silent: Sequence[str]) -> Bundle:
    """The bundle with weights and rarities of the silent rules as if they had counted.

    `bundle` was fitted on `facts.without(silent)`, so nothing in it leans on them; `facts` are those of all rules.
    `models.scoring.in_force` sets these weights to 0 while a rule is not live, and they are there when it goes live.
    """
    places = [k for k, rule in enumerate(facts.rules) if rule.code in silent]
    if not places:
        return bundle
    rules = [facts.rules[k] for k in places]
    fired = facts.fired()[:, places]
    found = worth(rules, fired, labels, policy)
    at = np.array([bundle.rule_codes.index(rule.code) for rule in rules])
    weights, precision, arrays = bundle.rule_weights.copy(), bundle.rule_precision.copy(), dict(bundle.arrays)
    weights[at], precision[at] = found.weight, found.precision
    if "rule_rarity" in arrays:
        rarity = arrays["rule_rarity"].copy()
        rarity[at] = -np.log((fired.sum(axis=0) + 0.5) / (len(fired) + 1.0))
        arrays["rule_rarity"] = rarity
    codes = {rule.code for rule in rules}
    muted = {*bundle.muted} - codes | {r.code for r, m in zip(rules, found.muted, strict=True) if m}
    return replace(
        bundle,
        rule_weights=weights,
        rule_precision=precision,
        muted=tuple(code for code in bundle.rule_codes if code in muted),
        arrays=arrays,
        notes=tuple(note for note in bundle.notes if note.partition(":")[0] not in codes),
    )
