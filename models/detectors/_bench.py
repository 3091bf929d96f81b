"""Every detector, untuned, over sets with known answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.detectors._arrays import numbers, read_arrays
from models.detectors._ensemble import Ensemble, combined
from models.detectors.catalogue import all_detectors

Float = NDArray[np.float64]
ENSEMBLE = "Ensemble"
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Found:
    """How well a ranking finds the odd rows: both in [0, 1]; by chance 0.5, and the share of odd rows."""

    auroc: float
    average_precision: float


@dataclass(frozen=True, slots=True)
class Report:
    """`sets`: set to detector to what was found; `means` over the sets; `skipped`: file to why it was left out."""

    sets: dict[str, dict[str, Found]] = field(default_factory=dict)
    means: dict[str, Found] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, object]:
        """The same as dicts, strings and numbers, for JSON."""
        return asdict(self)


def bench(folder: Path, progress: Progress | None = None, *, seed: int = 0) -> Report:
    """Fit and score every detector, and the ensemble, on every `.npz` (`X` (n, d), `y` (n,), 1 is odd) of the folder.

    A file that cannot be used is listed in `skipped` with the reason. `progress` is told the set and the share done.
    """
    report = Report()
    paths = sorted(folder.glob("*.npz"))
    for done, path in enumerate(paths):
        if progress:
            progress(path.stem, done / len(paths))
        try:
            x, y = read(path)
            report.sets[path.stem] = measured(x, y, seed)
        except ValueError as why:
            report.skipped[path.name] = str(why)
    for who in next(iter(report.sets.values()), {}):
        found = [by[who] for by in report.sets.values()]
        report.means[who] = Found(
            float(np.mean([one.auroc for one in found])), float(np.mean([one.average_precision for one in found]))
        )
    return report


def measured(x: Float, y: NDArray[np.bool_], seed: int) -> dict[str, Found]:
    """What each detector and the ensemble find on one set. Answers are read only to measure."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    fitted = {make.__name__: make().fit(x, seed=seed) for make in all_detectors()}
    rankings = {name: detector.surprisal(x) for name, detector in fitted.items()}
    # The members were just fitted alone; fitting them again inside the ensemble gives the same numbers.
    rankings[ENSEMBLE] = combined([rankings[name] for name in Ensemble().members], Ensemble.power)
    return {who: Found(float(roc_auc_score(y, s)), float(average_precision_score(y, s))) for who, s in rankings.items()}


def read(path: Path) -> tuple[Float, NDArray[np.bool_]]:
    """`X` and `y` of one file. Raises ValueError saying what was found and what was expected."""
    found = read_arrays(path)
    missing = [name for name in ("X", "y") if name not in found]
    if missing:
        raise ValueError(f"has no array {' and no '.join(missing)}; found {sorted(found)}")
    if found["X"].ndim == 0 or found["y"].size != len(found["X"]):
        raise ValueError(f"expected X (rows, columns) and y (rows,); found {found['X'].shape} and {found['y'].shape}")
    y = found["y"].ravel()
    if y.dtype.kind in "OUS":
        try:
            y = y.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise ValueError("y must hold numbers, 1 where a row is odd; found words") from error
    x = numbers(found["X"])
    odd = np.asarray(y > 0) if y.dtype.kind in "fiub" else numbers(y)[:, 0] > 0
    if len(odd) == 0 or odd.all() or not odd.any():
        raise ValueError(f"y must hold both answers; all {len(odd)} are {int(odd[0]) if len(odd) else 'missing'}")
    return x, odd
