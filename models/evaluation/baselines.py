"""What any score must beat: chance, counting fired rules, and the best single feature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger, View
from features.catalogue import all_features
from models.evaluation.columns import Float
from models.evaluation.judged import Judged, tie_breaker
from models.evaluation.ranking import Ranking, average_precision, rank
from models.rules._rule import Outcome
from models.rules.catalogue import all_rules

ROWS_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class Baselines:
    """The three rankings; `feature` names the best single one and whether high or low values come first.

    That feature is chosen on the judged rows themselves, which flatters it: a score that beats it has earned it.
    """

    random: Ranking
    fired_rules: Ranking
    best_feature: Ranking
    feature: str
    highest_first: bool


def fired_rules(ledger: Ledger, rows: NDArray[np.int64], at: NDArray[np.int64], settings: Mapping[str, float]) -> Float:
    """How many rules fire for each row as of its moment; shape (n,)."""
    parts = []
    for part in _parts(len(rows)):
        view = View(ledger, at[part], rows[part])
        parts.append(np.sum([rule.evaluate(view, settings) == Outcome.FIRED for rule in all_rules()], axis=0))
    return np.concatenate(parts).astype(np.float64) if parts else np.empty(0)


def best_feature(
    ledger: Ledger, rows: NDArray[np.int64], at: NDArray[np.int64], irregular: NDArray[np.bool_], tie: Float
) -> tuple[str, bool, Float]:
    """The feature a model may read that ranks best alone, whether high values come first, and its values (n,).

    A null ranks last both ways.
    """
    views = [View(ledger, at[part], rows[part]) for part in _parts(len(rows))]
    best: tuple[float, str, bool, Float] = (-1.0, "", True, np.zeros(len(rows)))
    for feature in (feature for feature in all_features() if feature.model):
        values = np.concatenate([feature.of(view) for view in views]) if views else np.empty(0)
        for highest_first in (True, False):
            score = np.nan_to_num(values if highest_first else -values, nan=-np.inf, neginf=-np.inf, posinf=np.inf)
            found = average_precision(irregular, score, tie)
            if found > best[0]:
                best = (found, feature.name, highest_first, score)
    return best[1:]


def measure_baselines(judged: Judged, ledger: Ledger, settings: Mapping[str, float], *, draws: int = 100) -> Baselines:
    """Measure the baselines over the window, each payment as of its own submission."""
    tie = tie_breaker(judged.ids)
    rows, at = judged.row, ledger.tables["disbursements"].known_at[judged.row]

    def measured(score: Float) -> Ranking:
        return rank(judged.irregular, score, tie, judged.amount, judged.ring, draws=draws)

    name, highest_first, single = best_feature(ledger, rows, at, judged.irregular, tie)
    return Baselines(
        random=measured(np.random.default_rng(1).random(len(judged))),
        fired_rules=measured(fired_rules(ledger, rows, at, settings)),
        best_feature=measured(single),
        feature=name,
        highest_first=highest_first,
    )


def _parts(rows: int) -> list[slice]:
    return [slice(start, min(start + ROWS_AT_ONCE, rows)) for start in range(0, rows, ROWS_AT_ONCE)]
