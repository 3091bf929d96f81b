"""When each identity number first appeared in the register."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import View
from features.asof.grows import by_code
from features.asof.ledger import LedgerTable

Float = NDArray[np.float64]


def _came(persons: LedgerTable, arrived: LedgerTable, values: Float, first: int) -> None:
    codes = arrived.column("person_id").astype(np.int64)
    new = codes[np.isinf(values[codes]) & (values[codes] > 0)]
    days = np.nan_to_num(arrived.column("recorded_at"), nan=-np.inf)[np.isin(codes, new)]
    # Rows are in order of knowledge: written backwards, the earliest stays.
    codes = codes[np.isin(codes, new)]
    values[codes[::-1]] = days[::-1]
    values[-1] = np.inf


@by_code("person", _came)
def _first(persons: LedgerTable) -> Float:
    out = np.full(len(persons.ledger.vocabulary("person")) + 1, np.inf)
    _came(persons, persons, out, 0)
    return out


def first_registered_by_person(view: View) -> Float:
    """Local day of the first version by person code, infinity where there is none; one more entry for code -1.

    A fact of the past by nature: whoever is asked about is compared with the moment by the caller.
    """
    return np.asarray(view.ledger.tables["persons"].derived("first_recorded", _first))


def first_registered(view: View) -> Float:
    """Local day the person paid first appeared in the register, NaN where not yet; shape (n,)."""
    first = first_registered_by_person(view)[np.asarray(view.own("person_id"), dtype=np.int64)]
    return np.where(first <= view.day_at, first, np.nan)
