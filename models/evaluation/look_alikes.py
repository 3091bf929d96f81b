"""Honest payments that look bad: how many of them end above the line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.columns import equal_to, is_known
from models.evaluation.intervals import wilson
from models.evaluation.judged import Judged

ALL = "all look-alikes"
PLAIN = "plain honest rows"


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Honest rows of one kind: those above the line, their share with its 95 % interval, the share in the top 1 %."""

    rows: int
    flagged: int
    rate: float
    interval: tuple[float, float] | None
    rate_top: float


def measure_look_alikes(judged: Judged, top: NDArray[np.bool_]) -> Mapping[str, LookAlike]:
    """Measure each kind of look-alike (by the typology it resembles), all of them, and plain honest rows."""
    honest = ~judged.irregular
    marked = is_known(judged.look_alike)
    kinds = sorted({kind for kind in judged.look_alike[honest & marked]})
    masks = {kind: honest & equal_to(judged.look_alike, kind) for kind in kinds}
    masks |= {ALL: honest & marked, PLAIN: honest & ~marked}
    line = judged.line
    return {kind: _measure(line[mask], top[mask]) for kind, mask in masks.items() if mask.any()}


def _measure(line: NDArray[np.bool_], top: NDArray[np.bool_]) -> LookAlike:
    flagged = int(line.sum())
    return LookAlike(len(line), flagged, flagged / len(line), wilson(flagged, len(line)), float(top.mean()))
