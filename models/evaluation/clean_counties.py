"""What is flagged where nothing is wrong: counties without a single irregular row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.columns import one_of
from models.evaluation.judged import Judged


@dataclass(frozen=True, slots=True)
class CleanCounties:
    """Clean counties' share of the window's rows, of the rows above the line and of the first 1 %."""

    prefixes: tuple[str, ...]
    rows: int
    share_of_rows: float
    share_of_flagged: float | None
    share_of_top: float


def measure_clean_counties(judged: Judged, top: NDArray[np.bool_], prefixes: frozenset[str]) -> CleanCounties:
    """Measure the counties whose division codes begin with one of the six-digit `prefixes`."""
    clean, line = one_of(judged.county(), prefixes), judged.line
    return CleanCounties(
        prefixes=tuple(sorted(prefixes)),
        rows=int(clean.sum()),
        share_of_rows=float(clean.mean()),
        share_of_flagged=float(clean[line].mean()) if line.any() else None,
        share_of_top=float(clean[top].mean()),
    )
