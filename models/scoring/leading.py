"""Where an alert leads: typology, suspect role and desk of its strongest signals."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from models.rules._rule import Outcome, Rule
from models.scoring.combine import Judged
from models.scoring.facts import Facts

UNNAMED_ROLE, UNNAMED_DESK = "data_error", "department"
"""An alert no rule stands behind: somebody is asked to look at the facts, nobody is suspected."""


def leading(facts: Facts, judged: Judged, alert: NDArray[np.bool_]) -> tuple[list[str], list[str], list[str]]:
    """Typology, suspect role and desk of each payment ('' / '' / 'none' below the line); lists of length n.

    The typology is that of the rule that adds most. The role is the one the fired rules add most for together, among
    rules of equal desk the leading one's first: a signal against an official is not outvoted by a data error.
    """
    typologies, roles, desks = [""] * len(alert), [""] * len(alert), ["none"] * len(alert)
    for i in np.nonzero(alert)[0]:
        fired = [k for k in np.nonzero(facts.outcomes[i] == Outcome.FIRED)[0] if judged.rules[i, k] > 0]
        if not fired:
            roles[i], desks[i] = UNNAMED_ROLE, UNNAMED_DESK
            continue
        first = max(fired, key=lambda k: (judged.rules[i, k], -k))
        rule = _spokesman([facts.rules[k] for k in fired], [float(judged.rules[i, k]) for k in fired])
        typologies[i], roles[i], desks[i] = facts.rules[first].typology, rule.suspect_role, rule.desk
    return typologies, roles, desks


def _spokesman(rules: list[Rule], weights: list[float]) -> Rule:
    """The strongest rule of the role that weighs most."""
    total: dict[str, float] = defaultdict(float)
    for rule, weight in zip(rules, weights, strict=True):
        total[rule.suspect_role] += weight
    role = max(total, key=lambda r: (total[r], r))
    return max(
        (pair for pair in zip(rules, weights, strict=True) if pair[0].suspect_role == role),
        key=lambda pair: (pair[1], pair[0].code),
    )[0]
