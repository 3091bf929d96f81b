"""What the public catalogue says about the item of each query."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features._calendar import month_of
from features.asof import View
from features.asof.ledger import LedgerTable
from features.contract import TABLES

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class _Column:
    """A column of the catalogue for each query; equal columns are computed once by `View.memo`."""

    name: str

    def __call__(self, view: View) -> Float:
        return np.asarray(view.lookup("programs", self.name, "program_id"), dtype=np.float64)


def item(view: View, column: str) -> Float:
    """A column of the catalogue as a number, NaN where it is empty; shape (n,)."""
    return view.memo(_Column(column))


def item_is(view: View, column: str, *values: str) -> Bool:
    """Whether an enum column of the catalogue has one of `values`; shape (n,)."""
    declared = TABLES["programs"].column(column).values
    found: Bool = np.isin(item(view, column), [declared.index(v) for v in values])
    return found


def item_flag(view: View, column: str) -> Bool:
    """Whether a yes/no column of the catalogue says yes; empty counts as no; shape (n,)."""
    found: Bool = item(view, column) == 1
    return found


def paid_to_a_living_person(view: View) -> Bool:
    """Whether the item is paid to one person and ends with that person's death; shape (n,)."""
    return item_is(view, "paid_per", "person") & item_flag(view, "living_only")


def needed_kind(view: View, column: str, table: str) -> NDArray[np.int64]:
    """Place of the needed kind (`holding_kind`, `certificate_kind`) among the kinds of `table`, -1 where none."""
    declared = TABLES[table].column("kind").values

    def places(programs: LedgerTable) -> NDArray[np.float64]:
        kinds = programs.arrow(column).to_pylist() if programs.has(column) else [None] * programs.rows
        return np.array([declared.index(k) if k in declared else -1 for k in kinds], dtype=np.float64)

    by_row = np.append(view.ledger.tables["programs"].derived(f"place_of_{column}", places), -1.0)
    rows = view.latest("programs", "program_id")
    return by_row[rows].astype(np.int64)


def months_of_period(view: View) -> Float:
    """Calendar months the period covers; NaN where the period cannot be read; shape (n,)."""
    return month_of(view.period_to()) - month_of(view.period_from()) + 1


def excluded(view: View, one: Codes, other: Codes) -> Bool:
    """Whether two items (program codes, shape (k,)) exclude each other, in either direction."""
    return np.asarray(_excluded(_exclusive(view), one, other), dtype=np.bool_)


def excludes_any(view: View, item: Codes) -> Bool:
    """Whether an item (program codes, shape (k,)) and any other exclude each other."""
    return np.asarray(_excludes_any(_exclusive(view), item), dtype=np.bool_)


@njit(cache=True, nogil=True)
def _excluded(matrix: NDArray[np.float64], one: Codes, other: Codes) -> Bool:
    out = np.zeros(one.shape[0], np.bool_)
    for i in range(one.shape[0]):
        out[i] = matrix[one[i], other[i]] > 0
    return out


@njit(cache=True, nogil=True)
def _excludes_any(matrix: NDArray[np.float64], item: Codes) -> Bool:
    out = np.zeros(item.shape[0], np.bool_)
    for i in range(item.shape[0]):
        for k in range(matrix.shape[1]):
            if matrix[item[i], k] > 0:
                out[i] = True
    return out


def _exclusive(view: View) -> NDArray[np.float64]:
    """1.0 where items exclude each other, by program code; the last row and column stand for code -1."""
    return np.asarray(view.ledger.tables["programs"].derived("exclusive_matrix", _matrix), dtype=np.float64)


def _matrix(programs: LedgerTable) -> NDArray[np.float64]:
    words = programs.ledger.vocabulary("program")
    found = np.zeros((len(words) + 1, len(words) + 1))
    if programs.has("exclusive_with"):
        codes = programs.column("program_id")
        for row, others in enumerate(programs.arrow("exclusive_with").to_pylist()):
            for other in words.encode_values(others or []):
                if other >= 0:
                    found[int(codes[row]), other] = found[other, int(codes[row])] = 1.0
    return found
