"""Quantities of registered-holding items from period to period, line by line."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features._feature import Float
from features.asof import LedgerTable
from features.asof.grows import by_row

RISE = 1.1
"""A tenth more than the period before is a rise; less is rounding and small corrections."""


@njit(cache=True, nogil=True)
def _previous_of(
    asked: NDArray[np.int64],
    groups: NDArray[np.int32],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    rows: NDArray[np.int32],
    period: NDArray[np.int32],
    first_day: NDArray[np.float64],
    again: NDArray[np.int32],
    known: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The same for some lines, each by a walk through its group, which lies in order of knowledge."""
    out = np.full(asked.shape[0], -1, np.int64)
    for i in range(asked.shape[0]):
        row, g = asked[i], groups[i]
        if g < 0:
            continue
        own, best = first_day[period[row]], -np.inf
        for p in range(starts[g], ends[g]):
            other = rows[p]
            begins = first_day[period[other]]
            if again[other] < 0 and begins < own and begins >= best and known[other] <= known[row]:
                best = begins
                out[i] = other
    return out


@njit(cache=True, nogil=True)
def _previous(
    order: NDArray[np.int64],
    group: NDArray[np.int64],
    begins: NDArray[np.float64],
    known: NDArray[np.int64],
    out: NDArray[np.int64],
) -> None:
    """For each line, in order of (group, begin, knowledge), the last line of an earlier period known no later."""
    for i in range(order.shape[0]):
        row = order[i]
        j = i - 1
        while j >= 0 and group[order[j]] == group[row]:
            other = order[j]
            if begins[other] < begins[row] and known[other] <= known[row]:
                out[row] = other
                break
            j -= 1


def _is_bounded(programs: LedgerTable) -> NDArray[np.bool_]:
    """Whether an item is bounded by holdings, by program code; one more entry for code -1."""
    out = np.zeros(len(programs.ledger.vocabulary("program")) + 1, dtype=bool)
    if programs.has("holding_kind"):
        kinds = programs.arrow("holding_kind").to_pylist()
        out[np.asarray(programs.column("program_id"), dtype=np.int64)] = [bool(kind) for kind in kinds]
    out[-1] = False
    return out


@by_row()
def previous_line(table: LedgerTable) -> Float:
    """Row of the household's line for the item in the period before, as known with the line itself; -1 where none."""
    bounded = table.ledger.tables["programs"].derived("is_bounded", _is_bounded)
    home = np.asarray(table.column("household_id"), dtype=np.int64)
    item = np.asarray(table.column("program_id"), dtype=np.int64)
    begins = table.ledger.periods[0][np.asarray(table.column("period"), dtype=np.int64)]
    again = np.asarray(table.column("reissue_of"), dtype=np.int64)
    chosen = bounded[item] & (home >= 0) & ~np.isnan(begins) & (again < 0)
    every = table.whole
    if table is not every:
        index = table.index(("household_id", "program_id"))
        groups = np.where(chosen, index.lookup([home, item]), -1).astype(np.int32)
        some = _previous_of(
            table.row_numbers, groups, index.starts, index.ends, index.rows, every.codes("period"),
            table.ledger.periods[0], every.codes("reissue_of"), every.known_at,
        )  # fmt: skip
        return np.asarray(some, dtype=np.float64)
    rows = np.flatnonzero(chosen)
    group = home * np.int64(len(bounded)) + item
    order = rows[np.lexsort((table.rank_of(rows), begins[rows], group[rows]))]
    out = np.full(table.rows, -1, dtype=np.int64)
    _previous(order, group, begins, table.known_at, out)
    return out.astype(np.float64)


@by_row()
def previous_quantity(table: LedgerTable) -> Float:
    """Quantity of that line, NaN where there is none; shape (rows,)."""
    before = table.derived("previous_line", previous_line).astype(np.int64)
    quantity = np.asarray(table.whole.column("quantity"), dtype=np.float64)
    return np.where(before >= 0, quantity[np.maximum(before, 0)], np.nan) if table.rows else np.empty(0)


@by_row()
def continued_quantity(table: LedgerTable) -> Float:
    """The line's own quantity where the household had a line in the period before, else NaN; shape (rows,)."""
    before = table.derived("previous_quantity", previous_quantity)
    return np.where(np.isnan(before), np.nan, np.asarray(table.column("quantity"), dtype=np.float64))


@by_row()
def rose(table: LedgerTable) -> Float:
    """1.0 where the line's quantity is a rise over the period before, else 0.0; shape (rows,)."""
    before = table.derived("previous_quantity", previous_quantity)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.asarray(table.column("quantity"), dtype=np.float64) > RISE * before, dtype=np.float64)


@by_row()
def rises_in_a_row(table: LedgerTable) -> Float:
    """Rises in a row that end with the line: 0 none, 1 this one, 2 this one and the one before; shape (rows,)."""
    now = table.derived("rose", rose)
    before = table.derived("previous_line", previous_line).astype(np.int64)
    every = table.whole.derived("rose", rose)
    earlier = np.where(before >= 0, every[np.maximum(before, 0)], 0.0) if table.rows else now
    return np.where(now > 0, 1.0 + earlier, 0.0)
