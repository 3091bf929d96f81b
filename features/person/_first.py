"""When each identity number first appeared in the register."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import View
from features.asof.ledger import LedgerTable

Float = NDArray[np.float64]


def first_registered_by_person(view: View) -> Float:
    """Local day of the first version by person code, infinity where there is none; one more entry for code -1.

    A fact of the past by nature: whoever is asked about is compared with the moment by the caller.
    """

    def first(persons: LedgerTable) -> NDArray[np.float64]:
        out = np.full(len(persons.ledger.vocabulary("person")) + 1, np.inf)
        codes = persons.column("person_id").astype(np.int64)
        # Rows are in order of knowledge: written backwards, the earliest stays.
        out[codes[::-1]] = np.nan_to_num(persons.column("recorded_at")[::-1], nan=-np.inf)
        out[-1] = np.inf
        return out

    return np.asarray(view.ledger.tables["persons"].derived("first_recorded", first))


def first_registered(view: View) -> Float:
    """Local day the person paid first appeared in the register, NaN where not yet; shape (n,)."""
    first = first_registered_by_person(view)[np.asarray(view.own("person_id"), dtype=np.int64)]
    return np.where(first <= view.day_at, first, np.nan)
