"""Run every unsupervised detector, untuned, over sets with known answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import UnusableDataError

if TYPE_CHECKING:
    from models.detectors._bench import Report

StepProgress = Callable[[str, float], None]


def bench_detectors(folder: Path, progress: StepProgress | None = None) -> Report:
    """Fit and score every detector and the ensemble on every `.npz` (arrays `X` (n, d) and `y` (n,), 1 is odd).

    Raises UnusableDataError when the folder has none that can be used.
    """
    from models.detectors._bench import bench

    found = bench(folder, progress)
    if not found.sets:
        why = "; ".join(f"{name}: {reason}" for name, reason in found.skipped.items()) or "no .npz file"
        raise UnusableDataError(f"{folder}: found {why}", f"{folder}：没有可用的 .npz 文件")
    return found
