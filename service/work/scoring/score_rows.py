"""Scores of rows of the ledger: the same numbers as `mingbai score`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.scoring.few import Scored
    from service.work.context import Context
    from service.work.facts.history import History
    from service.work.scoring.model import InForce


def score_rows(
    context: Context, history: History, model: InForce, numbers: NDArray[np.int64], at_us: NDArray[np.int64]
) -> list[Scored]:
    """Scores of rows of the ledger as of moments: the same numbers as `mingbai score`."""
    from models.scoring.few import score_few
    from models.scoring.plan import MOST_ROWS

    found: list[Scored] = []
    for start in range(0, len(numbers), MOST_ROWS):
        part = slice(start, start + MOST_ROWS)
        found += score_few(history.ledger, model.bundle, context.policy, numbers[part], at_us[part])
    return found
