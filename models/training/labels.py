"""Findings as labels: what had been decided by T, and what each finding is worth as evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger

CONFIRMED, CLEARED, ERROR, UNLABELLED = 1, 0, 2, -1


@dataclass(frozen=True, slots=True)
class Labels:
    """By disbursement row: `outcome` (1 confirmed, 0 cleared, 2 honest error, -1 nobody looked), `at_random`."""

    outcome: NDArray[np.int8]
    at_random: NDArray[np.bool_]
    decided_at: NDArray[np.int64]

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Confirmed or cleared: an honest error is neither fraud nor clean and teaches nothing of either."""
        return np.asarray((self.outcome == CONFIRMED) | (self.outcome == CLEARED))


def labels_at(ledger: Ledger, rows: NDArray[np.int64], as_of_us: int) -> Labels:
    """The finding on record at the moment for each disbursement row; shape (n,) each."""
    n = ledger.tables["disbursements"].rows
    outcome = np.full(n, UNLABELLED, dtype=np.int8)
    at_random = np.zeros(n, dtype=bool)
    decided = np.full(n, np.iinfo(np.int64).max, dtype=np.int64)
    table = ledger.tables.get("dispositions")
    if table is not None and table.rows:
        known = np.nonzero(table.known_at <= as_of_us)[0]
        names = table.schema.column("outcome").values
        to_label = np.array(
            [{"confirmed": CONFIRMED, "cleared": CLEARED, "error": ERROR}[v] for v in names], dtype=np.int8
        )
        random_code = table.schema.column("selected_by").values.index("random")
        place = _row_of(ledger, table.column("disbursement_id")[known])
        good = place >= 0
        known, place = known[good], place[good]
        outcome[place] = to_label[table.column("outcome")[known].astype(np.int64)]
        at_random[place] = table.column("selected_by")[known] == random_code
        decided[place] = table.known_at[known]
    return Labels(outcome[rows], at_random[rows], decided[rows])


def _row_of(ledger: Ledger, codes: NDArray[np.generic]) -> NDArray[np.int64]:
    """Row number of the first version of each disbursement code, -1 where it was never handed over."""
    own = ledger.tables["disbursements"].column("disbursement_id").astype(np.int64)
    place = np.full(len(ledger.vocabulary("disbursement")) + 1, -1, dtype=np.int64)
    place[own[::-1]] = np.arange(len(own))[::-1]
    return place[np.asarray(codes, dtype=np.int64)]
