"""Run every unsupervised detector, untuned, over sets with known answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import UnusableDataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENSEMBLE = "ensemble"
SetProgress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Found:
    """How one detector did on one set."""

    auroc: float
    average_precision: float


@dataclass(frozen=True, slots=True)
class Bench:
    """Results by set and detector (the ensemble is the mean of ranks), and means over the sets."""

    sets: Mapping[str, Mapping[str, Found]]
    means: Mapping[str, Found]

    def plain(self) -> dict[str, object]:
        """The same as JSON knows it."""
        return {
            "sets": {name: {who: _plain(found) for who, found in by.items()} for name, by in self.sets.items()},
            "means": {who: _plain(found) for who, found in self.means.items()},
        }


def bench_detectors(folder: Path, progress: SetProgress | None = None) -> Bench:
    """Fit and score every detector on every `.npz` (arrays `X` (n, d) and `y` (n,), 1 is odd) of the folder.

    Raises UnusableDataError when the folder has none, or one lacks an array or is not numbers.
    """
    from models.detectors.catalogue import all_detectors

    paths = sorted(folder.glob("*.npz"))
    if not paths:
        raise UnusableDataError(f"{folder}: found no .npz file", f"{folder}：没有 .npz 文件")
    sets: dict[str, dict[str, Found]] = {}
    for done, path in enumerate(paths):
        if progress:
            progress("detectors", done / len(paths))
        x, y = _read(path)
        scores = {make.__name__: make().fit(x).score(x) for make in all_detectors()}
        scores[ENSEMBLE] = _mean_rank(list(scores.values()))
        sets[path.stem] = {who: _measure(score, y) for who, score in scores.items()}
    means = {who: _mean([by[who] for by in sets.values()]) for who in next(iter(sets.values()))}
    return Bench(sets, means)


def _read(path: Path) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as stored:
            x, y = np.asarray(stored["X"], dtype=np.float64), np.asarray(stored["y"]).ravel() > 0
    except (OSError, ValueError, KeyError) as error:
        raise UnusableDataError(
            f"{path.name}: cannot be read; expected arrays X (rows, columns) and y (rows,) of numbers",
            f"{path.name}：无法读取，应含数值数组 X（行×列）和 y（行）",
        ) from error
    if x.ndim != 2 or len(x) != len(y) or y.all() or not y.any():
        raise UnusableDataError(
            f"{path.name}: found X {x.shape} and y {y.shape}, expected (rows, columns) and (rows,) with "
            "both answers in y",
            f"{path.name}：X {x.shape}、y {y.shape} 形状不符，或 y 只有一种取值",
        )
    return x, y


def _mean_rank(scores: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """The mean of the detectors' ranks, in [0, 1]."""
    import numpy as np

    ranks = [np.unique(score, return_inverse=True)[1].astype(np.float64) for score in scores]
    return np.asarray(np.mean([rank / max(1.0, rank.max()) for rank in ranks], axis=0))


def _measure(score: NDArray[np.float64], y: NDArray[np.bool_]) -> Found:
    import numpy as np

    from models.evaluation.ranking import auc

    # Ties count together, as scikit-learn defines average precision; a bench has no ids to break them by.
    values, inverse, counts = np.unique(-score, return_inverse=True, return_counts=True)
    hits = np.bincount(inverse, weights=y, minlength=len(values))
    precision = np.cumsum(hits) / np.cumsum(counts)
    return Found(auc(y, score), float((precision * hits).sum() / y.sum()))


def _mean(found: list[Found]) -> Found:
    return Found(sum(one.auroc for one in found) / len(found), sum(one.average_precision for one in found) / len(found))


def _plain(found: Found) -> dict[str, float]:
    return {"auroc": found.auroc, "average_precision": found.average_precision}
