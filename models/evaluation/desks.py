"""Does each row end on the right desk: officials before discipline inspection, mistakes never."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.columns import Texts, equal_to, objects, one_of
from models.evaluation.judged import Judged

OWED = frozenset({"T38", "T39", "T40", "T41", "T45"})
ACTORS = ("official", "agent")


@dataclass(frozen=True, slots=True)
class Desks:
    """`confusion[true desk][desk said]` counts rows; the rest are shares of a kind of row on the discipline desk."""

    confusion: Mapping[str, Mapping[str, int]]
    data_error_rows: int
    data_error_on_discipline: float | None
    owed_rows: int
    owed_on_discipline: float | None
    household_on_discipline: float | None
    honest_on_discipline: float | None
    flagged_actors_on_discipline: float | None


def true_desks(judged: Judged) -> Texts:
    """The desk each row belongs on; `data_error` marks honest mistakes (any desk but discipline is right)."""
    found: list[str] = []
    for bad, role, codes in zip(judged.irregular, judged.role, judged.typologies, strict=True):
        if not bad:
            found.append("data_error" if role == "data_error" else "none")
        elif role in ACTORS:
            found.append("discipline")
        elif role == "department" and OWED.intersection((codes or "").split("|")):
            found.append("owed")
        else:
            found.append("department")
    return objects(found)


def measure_desks(judged: Judged) -> Desks:
    """Measure the desks over the window."""
    true = true_desks(judged)
    discipline = equal_to(judged.desk, "discipline")
    confusion: dict[str, dict[str, int]] = {}
    for want, said in zip(true, judged.desk, strict=True):
        row = confusion.setdefault(str(want), {})
        row[str(said)] = row.get(str(said), 0) + 1

    def share(mask: NDArray[np.bool_]) -> float | None:
        return float(discipline[mask].mean()) if mask.any() else None

    mistakes, owed = equal_to(true, "data_error"), equal_to(true, "owed")
    return Desks(
        confusion={want: dict(sorted(confusion[want].items())) for want in sorted(confusion)},
        data_error_rows=int(mistakes.sum()),
        data_error_on_discipline=share(mistakes),
        owed_rows=int(owed.sum()),
        owed_on_discipline=share(owed),
        household_on_discipline=share(judged.irregular & one_of(judged.role, ("household",))),
        honest_on_discipline=share(~judged.irregular),
        flagged_actors_on_discipline=share(equal_to(true, "discipline") & judged.line),
    )
