"""Which rules make the false alarms of a group: taken away one at a time, what is left above the line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.groups import Grouping
from models.scoring.bundle import Bundle
from models.scoring.combine import contributions, judge
from models.scoring.facts import Facts

Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cause:
    """What one rule does to honest payments of a group and of the others that can be told.

    `needed`: honest payments above the line that would be below it without the rule. `found`: irregular ones of all
    that would be lost with it. Rates are per 1,000 honest payments.
    """

    grouping: str
    group: str
    rule: str
    needed: int
    rate: float
    needed_by_others: int
    rate_of_others: float
    found: int


def line_of(bundle: Bundle) -> float:
    """The probability from which a payment is not simply released."""
    return min(bundle.line, bundle.verify_line)


def flagged_by(facts: Facts, bundle: Bundle) -> Bool:
    """Payments the bundle does not simply release; shape (n,)."""
    return np.asarray(judge(facts, bundle).probability >= line_of(bundle))


def causes(
    facts: Facts, bundle: Bundle, answer: NDArray[np.integer], groupings: Sequence[Grouping], *, most: int = 5
) -> tuple[Cause, ...]:
    """The rules that cost each group most, per 1,000 honest payments more than the others; at most `most` a group.

    `answer` (n,) is 1 irregular, 0 honest, else not known. A rule is taken away alone: where two rules of one
    typology fired, the second stands in for the first, and neither is needed.
    """
    flagged = np.nonzero(flagged_by(facts, bundle))[0]
    if len(flagged) == 0:
        return ()
    few = facts.part(flagged)
    needed = _needed(few, bundle)
    honest, irregular = answer[flagged] == 0, answer[flagged] == 1
    found = (needed & irregular[:, None]).sum(axis=0)
    codes = [rule.code for rule in facts.rules]
    out: list[Cause] = []
    for grouping in groupings:
        for k, label in enumerate(grouping.labels):
            inside, outside = grouping.code == k, (grouping.code >= 0) & (grouping.code != k)
            rows = int((inside & (answer == 0)).sum()), int((outside & (answer == 0)).sum())
            if min(rows) == 0:
                continue
            own = (needed & (honest & inside[flagged])[:, None]).sum(axis=0)
            others = (needed & (honest & outside[flagged])[:, None]).sum(axis=0)
            made = [
                Cause(
                    grouping.name, label, codes[r], int(own[r]), float(1000 * own[r] / rows[0]),
                    int(others[r]), float(1000 * others[r] / rows[1]), int(found[r]),
                )
                for r in np.nonzero(own)[0].tolist()
            ]  # fmt: skip
            made = [one for one in made if one.rate > one.rate_of_others]
            out += sorted(made, key=lambda one: (one.rate_of_others - one.rate, one.rule))[:most]
    return tuple(out)


def _needed(few: Facts, bundle: Bundle) -> Bool:
    """Whether a flagged payment would fall below the line without a rule; shape (m, rules)."""
    line = line_of(bundle)
    if line >= 1:
        return np.zeros(few.outcomes.shape, dtype=bool)
    threshold = np.log(line / (1 - line))
    added = contributions(few, bundle)
    total = judge(few, bundle).log_odds
    out = np.zeros(few.outcomes.shape, dtype=bool)
    typology = np.array([rule.typology for rule in few.rules])
    weight = dict(zip(bundle.rule_codes, (bundle.rule_weights * bundle.scale).tolist(), strict=True))
    worth = few.fired() * np.array([weight.get(rule.code, 0.0) for rule in few.rules])
    for r, second in _seconds(worth, typology):
        counts = added.rules[:, r] > 0
        out[:, r] = counts & (total - added.rules[:, r] + second < threshold)
    return out


def _seconds(worth: NDArray[np.float64], typology: NDArray[np.str_]) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Each rule, and what its typology would add to each payment without it."""
    for r in range(worth.shape[1]):
        others = np.nonzero((typology == typology[r]) & (np.arange(worth.shape[1]) != r))[0]
        yield r, worth[:, others].max(axis=1, initial=0.0)
