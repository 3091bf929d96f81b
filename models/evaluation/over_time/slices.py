"""The measures of one slice of judged payments: a fold, all folds, a period, a county."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from models.evaluation.over_time.estimates import UNKNOWN, Estimate, Resamples, between, ratio, share
from models.evaluation.over_time.precision import Ranking

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Judged:
    """Payments with their score and what came of them; shape (n,) each.

    `usable` marks those with an answer, `confirmed` those that should have been found; `amount` is yuan, `cluster` who
    may belong together, `tops` the payments each budget looks at.
    """

    score: Float
    usable: Bool
    confirmed: Bool
    amount: Float
    cluster: Int64
    tops: Mapping[str, Bool]

    def take(self, keep: Bool) -> Judged:
        """Some of the payments. What was at the top of the whole list stays marked so."""
        columns = {f.name: getattr(self, f.name)[keep] for f in fields(self) if f.name != "tops"}
        return Judged(**columns, tops={name: mask[keep] for name, mask in self.tops.items()})


@dataclass(frozen=True, slots=True)
class Top:
    """What a budget finds: of `looked_at` payments `labelled` have an answer and `confirmed` are irregular.

    `precision` is confirmed over labelled, `recall` the share of all confirmed payments, `money_recall` that of their
    yuan.
    """

    budget: str
    looked_at: int
    labelled: int
    confirmed: int
    precision: Estimate
    recall: Estimate
    money_recall: Estimate


@dataclass(frozen=True, slots=True)
class Slice:
    """`judged` payments, `labelled` ones with an answer, `confirmed` ones; measures with 95 % intervals.

    Average precision is among labelled payments. What a budget finds in a slice is what the whole fold's list finds
    there: a period or a county gets no list of its own.
    """

    name: str
    judged: int
    labelled: int
    confirmed: int
    average_precision: Estimate
    tops: tuple[Top, ...]

    def top(self, budget: str) -> Top:
        """The figures of one budget. Raises KeyError for a name that is none."""
        for found in self.tops:
            if found.budget == budget:
                return found
        raise KeyError(f"no budget {budget!r}; known are {', '.join(t.budget for t in self.tops)}")


def joined(parts: Sequence[Judged]) -> Judged:
    """Payments of several folds as one; each keeps the place it had in its own fold's list."""
    columns = {f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Judged) if f.name != "tops"}
    tops = {name: np.concatenate([p.tops[name] for p in parts]) for name in parts[0].tops}
    return Judged(**columns, tops=tops)


def measure_slice(name: str, judged: Judged, *, draws: int) -> Slice:
    """Measure a slice; `draws` resamples of clusters make the intervals of average precision and of money."""
    known = judged.take(judged.usable)
    n, confirmed = len(known.score), int(known.confirmed.sum())
    resamples = Resamples(known.cluster, draws=draws)
    precision = UNKNOWN
    if 0 < confirmed < n:
        ranking = Ranking.of(known.score, known.confirmed)
        precision = between(ranking.average_precision(), resamples.of(ranking.average_precision))
    return Slice(
        name=name,
        judged=len(judged.score),
        labelled=n,
        confirmed=confirmed,
        average_precision=precision,
        tops=tuple(_top(budget, judged, known, resamples) for budget in judged.tops),
    )


def _top(budget: str, judged: Judged, known: Judged, resamples: Resamples) -> Top:
    top, right = known.tops[budget], known.confirmed
    money = known.amount * right
    return Top(
        budget=budget,
        looked_at=int(judged.tops[budget].sum()),
        labelled=int(top.sum()),
        confirmed=int((top & right).sum()),
        precision=share(right[top], known.cluster[top]),
        recall=share(top[right], known.cluster[right]),
        money_recall=ratio(money * top, money, resamples),
    )


def measure_parts(names: NDArray[np.object_], judged: Judged, *, draws: int) -> tuple[Slice, ...]:
    """One slice for each name of `names` (n,), in order of name; payments without a name are in none."""
    known = sorted({str(name) for name in names if name})
    return tuple(measure_slice(name, judged.take(names == name), draws=draws) for name in known)
