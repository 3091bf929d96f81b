"""How much of each kind of irregularity is found, and whether it is called by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.judged import Judged


@dataclass(frozen=True, slots=True)
class Typology:
    """Irregular rows of one typology (a row with two counts in both).

    `recall_top` in the first 1 % of rows, `recall_line` above the line; `rings_touched` is the share of its rings (a
    row without a ring counts as one) with a row above the line; `named` the share of its flagged rows whose leading
    typology is this one.
    """

    rows: int
    rings: int
    recall_top: float
    recall_line: float
    rings_touched: float
    named: float | None


def measure_typologies(judged: Judged, top: NDArray[np.bool_]) -> Mapping[str, Typology]:
    """Measure each typology of the window; `top` marks the first 1 % of rows."""
    places: dict[str, list[int]] = {}
    for row, codes in enumerate(judged.named()):
        if judged.irregular[row]:
            for code in codes:
                places.setdefault(code, []).append(row)
    line = judged.line
    return {code: _measure(judged, code, np.array(rows), line, top) for code, rows in sorted(places.items())}


def _measure(
    judged: Judged, code: str, rows: NDArray[np.int64], line: NDArray[np.bool_], top: NDArray[np.bool_]
) -> Typology:
    touched: dict[object, bool] = {}
    for row in rows:
        ring = judged.ring[row] if judged.ring[row] is not None else judged.ids[row]
        touched[ring] = touched.get(ring, False) or bool(line[row])
    flagged = rows[line[rows]]
    return Typology(
        rows=len(rows),
        rings=len({ring for ring in judged.ring[rows] if ring is not None}),
        recall_top=float(top[rows].mean()),
        recall_line=float(line[rows].mean()),
        rings_touched=sum(touched.values()) / len(touched),
        named=sum(judged.said_typology[row] == code for row in flagged) / len(flagged) if len(flagged) else None,
    )
