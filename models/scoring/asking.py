"""Rules that only ask who somebody is: they lift a payment towards the verify line and never over it.

A death on a list without an identity number may be somebody else's of the same name. Whatever findings say such a rule
is worth, what it adds to one payment is cut so that the payment stays below the verify line by everything else
that speaks for it: `added = min(worth beyond the typology's other rules, room below the line)`. A payment that is over
the line without it stays where it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.rules._rule import Rule
from models.scoring.bundle import Bundle

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
BELOW = 1e-6
"""How far below the verify line, in log-odds, such a payment stays at the least."""


def asking(rules: tuple[Rule, ...]) -> list[int]:
    """Places of the rules that only ask."""
    return [k for k, rule in enumerate(rules) if rule.asks_only]


def room_below_verify(bundle: Bundle, log_odds: Float) -> Float:
    """Raw log-odds (before scale) a payment of calibrated `log_odds` may still gain below the verify line, 0 or more.

    Endless where the bundle has no verify line yet (while it is being fitted); shape (n,).
    """
    if not 0.0 < bundle.verify_line < 1.0 or bundle.scale <= 0.0:
        return np.full(len(log_odds), np.inf)
    line = np.log(bundle.verify_line / (1 - bundle.verify_line)) - BELOW
    room: Float = np.maximum((line - log_odds) / bundle.scale, 0.0)
    return room


def added_by_asking(rules: tuple[Rule, ...], fired: Bool, weights: Float, room: Float) -> tuple[Float, Float]:
    """What the asking rules add beyond the other rules of their typology, within the room; raw log-odds.

    `fired` (n, rules), `weights` (rules,), `room` (n,). Returns the sum (n,) and the part of each rule (n, asking).
    Of several asking rules the first uses the room first; only the strongest of one typology counts.
    """
    places = asking(rules)
    parts = np.zeros((len(fired), len(places)))
    total = np.zeros(len(fired))
    for column, k in enumerate(places):
        if weights[k] <= 0.0 or not fired[:, k].any():
            continue
        same = [j for j, rule in enumerate(rules) if rule.typology == rules[k].typology and not rule.asks_only]
        others = (fired[:, same] * weights[same]).max(axis=1, initial=0.0)
        earlier = [c for c in range(column) if rules[places[c]].typology == rules[k].typology]
        beyond = np.maximum(weights[k] - others - parts[:, earlier].sum(axis=1), 0.0)
        parts[:, column] = np.where(fired[:, k], np.minimum(beyond, np.maximum(room - total, 0.0)), 0.0)
        total += parts[:, column]
    return total, parts
