"""The trainer and its rivals over rolling origins of any table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.evaluation.calibration import expected_error
from models.evaluation.ranking import auc, average_precision, order_of, rows_in
from models.evaluation.splits import UNDECIDED, Split, rolling_origin
from models.trainer.encoding import encode
from models.trainer.machine import train
from models.trainer.rivals import RIVALS
from models.trainer.table import MICROSECONDS_A_DAY, Int64, Table, TableError

Float = NDArray[np.float64]
Progress = Callable[[str, float], None]
OURS, OURS_SINGLE = "additive with pairs", "additive"
FEWEST_TO_LEARN, FEWEST_TO_JUDGE = 50, 20
JUDGED_SHARE = 0.5
"""The folds judge the last half of the table's time, unless told how many days each is."""


@dataclass(frozen=True, slots=True)
class Measures:
    """`precision_1` and `_5` among the first 1 % and 5 % of the labelled rows, `recall_5` what share of all
    positives those 5 % hold, `ece` the expected calibration error over 15 bins of equal count."""

    auroc: float
    average_precision: float
    precision_1: float
    precision_5: float
    recall_5: float
    ece: float


@dataclass(frozen=True, slots=True)
class Fold:
    """One origin: learned from `learned` labels decided by `as_of`; `rows` came in until `until`, `labelled` of them
    have a label by now and were measured, `positives` of those are 1. `left_out` rows belong to a group with a
    positive finding at the origin. `pairs` is how many pair terms the past asked for."""

    as_of: str
    until: str
    learned: int
    rows: int
    labelled: int
    positives: int
    left_out: int
    pairs: int
    by_model: dict[str, Measures]


@dataclass(frozen=True, slots=True)
class Proof:
    """All folds, and the plain means of their measures; `columns` the machine could read in the last fold."""

    folds: tuple[Fold, ...]
    means: dict[str, Measures]
    columns: int

    def plain(self) -> dict[str, object]:
        """The same as dicts, lists, strings and numbers, for JSON."""
        return asdict(self)


def prove(
    table: Table,
    *,
    folds: int = 3,
    days: float | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Proof:
    """Learn at each origin from labels decided by then, judge the rows that came after it.

    Every judged label counts, whenever it came in; none decided after an origin is learned from. Raises TableError
    where no origin has 50 labels (of both kinds) to learn from and 20 (of both kinds) to judge, ValueError for fewer
    than one fold.
    """
    say = progress or (lambda _text, _share: None)
    done: list[Fold] = []
    columns = 0
    splits = origins(table, folds, days)
    for number, split in enumerate(splits):
        say("folds", number / len(splits))
        encoded = encode(table, split.as_of)
        columns = len(encoded.names)
        label = table.label[split.learn]
        if len(np.unique(label)) < 2:
            continue
        caught = np.unique(table.group[split.learn][label == 1])
        own = table.group[split.judge]
        again = np.isin(own, caught[caught >= 0])
        judged = split.judge[~again]
        positive = table.label[judged] == 1
        if len(judged) < FEWEST_TO_JUDGE or positive.all() or not positive.any():
            continue
        past, ahead = encoded.values[split.learn], encoded.values[judged]
        machine = train(past, encoded.names, label, table.time[split.learn], table.decided[split.learn], seed=seed)
        scores = {OURS: machine.probability(ahead), OURS_SINGLE: machine.without_pairs().probability(ahead)}
        scores |= {name: rival(past, label, ahead, seed) for name, rival in RIVALS.items()}
        done.append(
            Fold(
                _told(split.as_of),
                _told(split.until),
                len(split.learn),
                len(split.ahead),
                len(judged),
                int(positive.sum()),
                int(again.sum()),
                len(machine.pairs),
                {name: measured(score, positive, seed) for name, score in scores.items()},
            )
        )
    say("folds", 1.0)
    if not done:
        raise TableError(
            f"no origin has {FEWEST_TO_LEARN} labels of both kinds to learn from and {FEWEST_TO_JUDGE} to judge: there "
            f"are {len(table.labelled)} labels; give fewer --folds, other --days or a shorter --delay"
        )
    return Proof(tuple(done), _means(done), columns)


def origins(table: Table, folds: int, days: float | None) -> list[Split]:
    """Rolling origins whose positions are rows of the table.

    The splits count whole days at least; a table that covers less is stretched for them and its moments given back.
    """
    first, end = int(table.time[0]), int(table.time[-1]) + 1
    span = end - first
    step = span * JUDGED_SHARE / max(1, folds) if days is None else days * MICROSECONDS_A_DAY
    stretch = max(1, -(-2 * MICROSECONDS_A_DAY // max(1, int(step))))
    # Labels decided after the last row are as good as decided with it: no origin is later, and all may be judged.
    decided = np.where(table.label >= 0, (np.minimum(table.decided, end) - first) * stretch, UNDECIDED)
    found = rolling_origin(
        (table.time - first) * stretch,
        decided,
        as_of=span * stretch,
        folds=folds,
        days=step * stretch / MICROSECONDS_A_DAY,
        at_least=FEWEST_TO_JUDGE,
    )
    return [
        replace(split, as_of=split.as_of // stretch + first, until=split.until // stretch + first)
        for split in found
        if len(split.learn) >= FEWEST_TO_LEARN
    ]


def measured(score: Float, positive: NDArray[np.bool_], seed: int = 0) -> Measures:
    """Measures of one ranking of labelled rows; shape (n,) each. Ties are broken by chance, the same for the same n."""
    tie = np.random.default_rng(seed).random(len(score))
    hit = positive[order_of(score, tie)]
    one, five = (rows_in(share, len(hit)) for share in (0.01, 0.05))
    return Measures(
        auroc=auc(positive, score),
        average_precision=average_precision(positive, score, tie),
        precision_1=float(hit[:one].mean()),
        precision_5=float(hit[:five].mean()),
        recall_5=float(hit[:five].sum() / hit.sum()),
        ece=expected_error(score, positive),
    )


def _means(folds: list[Fold]) -> dict[str, Measures]:
    names = folds[0].by_model
    return {
        name: Measures(
            *(float(np.mean([getattr(fold.by_model[name], field) for fold in folds])) for field in Measures.__slots__)
        )
        for name in names
    }


def _told(at: Int64 | int) -> str:
    """A moment as ISO 8601; days of a table without a calendar begin in 1970."""
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    try:
        return (epoch + dt.timedelta(microseconds=int(at))).strftime("%Y-%m-%dT%H:%M:%S")
    except OverflowError:
        return f"day {int(at) / MICROSECONDS_A_DAY:g}"
