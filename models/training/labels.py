"""Findings as labels: what had been decided by T, and what each finding is worth as evidence.

One payment may be looked at more than once. The latest finding known by T is its label; the first one says why the
payment was looked at, because a second look follows from the first; where confirmed and cleared both stand on record
the label says so. A finding speaks of the payment, whichever version of its row is asked for. An honest error is
neither fraud nor clean, and no finding is not clean either.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger
from features.asof.ledger import NEVER
from features.contract import TABLES

CONFIRMED, CLEARED, ERROR, UNLABELLED = 1, 0, 2, -1
SELECTED = TABLES["dispositions"].column("selected_by").values
"""Why a payment was looked at, in the order of the codes in `Labels.selected_by`."""
ROLES = TABLES["dispositions"].column("suspect_role").values
"""Whose doing it was, in the order of the codes in `Labels.suspect_role`."""
_OUTCOMES = {"confirmed": CONFIRMED, "cleared": CLEARED, "error": ERROR}


@dataclass(frozen=True, slots=True)
class Labels:
    """What is on record of each payment; every field has shape (n,).

    `outcome` is 1 confirmed, 0 cleared, 2 honest error, -1 nobody looked; `decided_at` when that was decided
    (microseconds UTC, NEVER where nobody looked); `at_random` whether the payment was ever drawn at random.
    `selected_by` and `suspect_role` are codes (see `SELECTED`, `ROLES`), -1 unknown; `typology` is '' where none was
    named; `findings` counts those on record and `conflicting` marks payments both confirmed and cleared. `propensity`
    is the chance by which a payment at random was drawn, NaN unknown. Fields left out say that nothing is known.
    """

    outcome: NDArray[np.int8]
    at_random: NDArray[np.bool_]
    decided_at: NDArray[np.int64]
    selected_by: NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))
    suspect_role: NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))
    typology: NDArray[np.str_] = field(default_factory=lambda: np.empty(0, np.str_))
    findings: NDArray[np.int16] = field(default_factory=lambda: np.empty(0, np.int16))
    conflicting: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    propensity: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        n = len(self.outcome)
        unknown: dict[str, NDArray[Any]] = {
            "selected_by": np.full(n, -1, np.int8),
            "suspect_role": np.full(n, -1, np.int8),
            "typology": np.full(n, "", np.str_),
            "findings": (self.outcome != UNLABELLED).astype(np.int16),
            "conflicting": np.zeros(n, np.bool_),
            "propensity": np.full(n, np.nan),
        }
        for name, values in unknown.items():
            if len(getattr(self, name)) == 0 != n:
                object.__setattr__(self, name, values)

    def __len__(self) -> int:
        return len(self.outcome)

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Confirmed or cleared: an honest error is neither fraud nor clean and teaches nothing of either."""
        return np.asarray((self.outcome == CONFIRMED) | (self.outcome == CLEARED))

    def part(self, rows: NDArray[np.integer[Any]] | NDArray[np.bool_]) -> Labels:
        """The labels of some of the payments."""
        return Labels(**{column.name: getattr(self, column.name)[rows] for column in fields(self)})


def labels_at(ledger: Ledger, rows: NDArray[np.int64], as_of_us: int) -> Labels:
    """What had been found by the moment (microseconds UTC) about each disbursement row; shape (n,) each."""
    n = len(rows)
    labels = Labels(np.full(n, UNLABELLED, np.int8), np.zeros(n, np.bool_), np.full(n, NEVER, np.int64))
    table = ledger.tables.get("dispositions")
    if table is None or table.rows == 0:
        return labels
    # In order of decision, so that of several findings on one payment the last one written is the latest.
    known = np.nonzero(table.known_at <= as_of_us)[0]
    payment = table.column("disbursement_id")[known].astype(np.int64)
    known, payment = known[payment >= 0], payment[payment >= 0]
    last = np.full(len(ledger.vocabulary("disbursement")) + 1, -1, dtype=np.int64)
    first = last.copy()
    last[payment] = known
    first[payment[::-1]] = known[::-1]
    own = ledger.tables["disbursements"].column("disbursement_id")[rows].astype(np.int64)
    place = np.nonzero(last[own] >= 0)[0]
    latest, earliest, code = last[own[place]], first[own[place]], own[place]
    to_label = np.array([_OUTCOMES[name] for name in table.schema.column("outcome").values], dtype=np.int8)
    outcome = to_label[table.column("outcome").astype(np.int64)]
    labels.outcome[place] = outcome[latest]
    labels.decided_at[place] = table.known_at[latest]
    labels.selected_by[place] = table.column("selected_by")[earliest]
    labels.suspect_role[place] = table.column("suspect_role")[latest]
    labels.findings[place] = np.bincount(payment, minlength=len(last))[code]
    drawn = table.column("selected_by")[known] == SELECTED.index("random")
    labels.at_random[place] = _any(payment[drawn], len(last))[code]
    told = outcome[known]
    both = _any(payment[told == CONFIRMED], len(last)) & _any(payment[told == CLEARED], len(last))
    labels.conflicting[place] = both[code]
    if len(place) == 0 or not table.has("typology"):
        return labels
    typology = np.full(n, "", dtype=object)
    named = ledger.vocabulary("id:typology").decode(table.codes("typology")[latest])
    typology[place] = [name or "" for name in named]
    return replace(labels, typology=typology.astype(np.str_))


def _any(codes: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    """Which codes occur; shape (size,)."""
    found = np.zeros(size, dtype=bool)
    found[codes] = True
    return found
