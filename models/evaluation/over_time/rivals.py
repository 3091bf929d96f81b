"""What the score must beat in every fold: chance, counting rules, the best feature, rules alone, the last champion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.evaluation.over_time.estimates import UNKNOWN, Estimate, Resamples, between
from models.evaluation.over_time.precision import Ranking, average_precision
from models.scoring.bundle import Bundle
from models.scoring.combine import judge
from models.scoring.facts import Facts
from models.training.labels import CONFIRMED, Labels

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

CHANCE, FIRED, FEATURE, RULES, CHAMPION = "chance", "fired rules", "best feature", "rules alone", "last champion"
NAMES = (CHANCE, FIRED, FEATURE, RULES, CHAMPION)
ENOUGH = 3
"""Confirmed findings needed to choose a best feature by."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A ranking to beat: `score` (n,), or None and `why_not` it cannot be compared; `told` says what it is."""

    name: str
    score: Float | None
    told: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Rival:
    """How a baseline did in a fold beside the score, on the same payments.

    `difference` is the score's average precision less the baseline's, over the same draws of clusters; `beaten`
    whether it is above 0, `surely` whether its whole interval is. All None and `why_not` where it cannot be compared.
    """

    name: str
    told: str
    why_not: str
    average_precision: float | None = None
    precision_at_capacity: float | None = None
    difference: Estimate = UNKNOWN
    beaten: bool | None = None
    surely: bool | None = None


def contenders(
    past: Facts, known: Labels, ahead: Facts, bundle: Bundle, champion: Bundle | None, origin: int, seed: int
) -> tuple[Contender, ...]:
    """Every ranking to beat of the payments `ahead`, made of nothing that was not known at the origin.

    `past` are the facts the bundle learned from, `known` their findings at the origin (microseconds UTC).
    """
    rules = replace(bundle, terms=())
    return (
        Contender(CHANCE, np.random.default_rng(seed).random(len(ahead.values)), "in no order"),
        Contender(FIRED, ahead.fired().sum(axis=1).astype(np.float64), "how many rules fired"),
        _feature(past, known, ahead),
        Contender(RULES, judge(ahead, rules).log_odds, "weights of rules, no learned terms")
        if bundle.terms
        else Contender(RULES, None, why_not="too few findings for learned terms: the score is the rules alone"),
        _champion(ahead, champion, origin),
    )


def best_feature(past: Facts, known: Labels) -> tuple[str, bool] | None:
    """The feature that ranked the findings on record best, and whether high values come first.

    Null ranks last both ways. None with fewer than three confirmed findings or none cleared.
    """
    rows = np.nonzero(known.usable)[0]
    right = known.outcome[rows] == CONFIRMED
    if right.sum() < ENOUGH or right.all():
        return None
    best: tuple[float, str, bool] = (-1.0, "", True)
    for k, feature in enumerate(past.features):
        for highest in (True, False):
            found = average_precision(_ranked(past.values[rows, k], highest), right)
            if found > best[0]:
                best = (found, feature.name, highest)
    return best[1], best[2]


def compare(
    score: Float, rivals: tuple[Contender, ...], usable: Bool, confirmed: Bool, cluster: Int64,
    top_of: Callable[[Float], Bool], *, draws: int,
) -> tuple[Rival, ...]:  # fmt: skip
    """Each contender beside the score, all arrays of shape (n,) over the fold's payments.

    `top_of` gives the payments a ranking would have within capacity, as a mask (n,).
    """
    right = confirmed[usable]
    if not right.any() or right.all():
        return tuple(Rival(r.name, r.told, r.why_not or "nothing found later") for r in rivals)
    resamples = Resamples(cluster[usable], draws=draws)
    mine = Ranking.of(score[usable], right)
    own, drawn = mine.average_precision(), resamples.of(mine.average_precision)
    out = []
    for rival in rivals:
        if rival.score is None:
            out.append(Rival(rival.name, rival.told, rival.why_not))
            continue
        other = Ranking.of(rival.score[usable], right)
        value = other.average_precision()
        difference = between(own - value, drawn - resamples.of(other.average_precision))
        top = top_of(rival.score) & usable
        out.append(
            Rival(
                rival.name, rival.told, "", value, float(confirmed[top].mean()) if top.any() else None,
                difference, own > value, difference.low is not None and difference.low > 0,
            )
        )  # fmt: skip
    return tuple(out)


def _feature(past: Facts, known: Labels, ahead: Facts) -> Contender:
    found = best_feature(past, known)
    if found is None:
        return Contender(FEATURE, None, why_not="too few findings to choose a feature by")
    name, highest = found
    column = [f.name for f in ahead.features].index(name)
    return Contender(
        FEATURE, _ranked(ahead.values[:, column], highest), f"{name}, {'highest' if highest else 'lowest'} first"
    )


def _ranked(values: NDArray[np.floating[Any]], highest: bool) -> Float:
    """A feature as a ranking: null last, whichever way round."""
    signed = values.astype(np.float64) if highest else -values.astype(np.float64)
    return np.nan_to_num(signed, nan=-np.inf, posinf=np.inf, neginf=-np.inf)


def _champion(ahead: Facts, champion: Bundle | None, origin: int) -> Contender:
    if champion is None:
        return Contender(CHAMPION, None, why_not="none was handed in")
    told = f"model {champion.version or 'shipped'}"
    if learned_until(champion) > origin:
        return Contender(CHAMPION, None, told, f"not comparable: it learned up to {champion.as_of[:10]}")
    return Contender(CHAMPION, judge(ahead, champion).log_odds, told)


def learned_until(bundle: Bundle) -> int:
    """The bundle's moment, microseconds UTC; the beginning of time for a model that saw no county's findings."""
    if not bundle.as_of:
        return -(2**62)
    moment = dt.datetime.fromisoformat(bundle.as_of)
    moment = moment.replace(tzinfo=moment.tzinfo or dt.UTC)
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
