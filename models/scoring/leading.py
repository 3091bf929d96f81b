"""Where an alert leads: typology, suspect role and desk of its strongest signals."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from models.rules._rule import Rule
from models.scoring.combine import Contributions
from models.scoring.facts import Facts

UNNAMED_ROLE, UNNAMED_DESK = "data_error", "department"
"""An alert no rule stands behind: somebody is asked to look at the facts, nobody is suspected."""


def leading(facts: Facts, added: Contributions) -> tuple[list[str], list[str], list[str]]:
    """Typology ('' where no rule fired), suspect role and desk of each alert; lists of length m.

    The typology is that of the rule that adds most. The role is the one the fired rules add most for together, among
    rules of equal desk the leading one's first: a signal against an official is not outvoted by a data error.
    """
    m = len(facts.outcomes)
    typologies, roles, desks = [""] * m, [UNNAMED_ROLE] * m, [UNNAMED_DESK] * m
    fired_by: list[list[int]] = [[] for _ in range(m)]
    alerts, rules = np.nonzero(facts.fired() & (added.rules > 0))
    for i, k in zip(alerts.tolist(), rules.tolist(), strict=True):
        fired_by[i].append(k)
    for i, fired in enumerate(fired_by):
        if fired:
            weights = added.rules[i, fired].tolist()
            first = max(range(len(fired)), key=lambda j: (weights[j], -fired[j]))
            rule = _spokesman([facts.rules[k] for k in fired], weights)
            typologies[i], roles[i], desks[i] = facts.rules[fired[first]].typology, rule.suspect_role, rule.desk
    return typologies, roles, desks


def _spokesman(rules: list[Rule], weights: list[float]) -> Rule:
    """The strongest rule of the role that weighs most."""
    if len(rules) == 1:
        return rules[0]
    total: dict[str, float] = defaultdict(float)
    for rule, weight in zip(rules, weights, strict=True):
        total[rule.suspect_role] += weight
    role = max(total, key=lambda r: (total[r], r))
    return max(
        (pair for pair in zip(rules, weights, strict=True) if pair[0].suspect_role == role),
        key=lambda pair: (pair[1], pair[0].code),
    )[0]
