"""What each line should amount to by the published rates: a fact of the line and of reference data alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.asof import View
from features.asof import _kernels as kernels
from features.asof.grows import by_row
from features.asof.ledger import LedgerTable

Float = NDArray[np.float64]
Codes = NDArray[np.int64]
Codes32 = NDArray[np.int32]
Index = NDArray[np.int32] | NDArray[np.int64]
GENERATIONS = 6


class Due(NamedTuple):
    """By line of `disbursements`, in fen; NaN where no rate applies: the nearest amount due, the highest, and the
    deviation from the nearest (0 within a rate's tolerance)."""

    nearest: Float
    highest: Float
    off: Float


def due(view: View) -> Due:
    """Amounts due of the scored lines; shape (n,) each."""
    table = view.ledger.tables["disbursements"]
    rows = view.rows if view.rows is not None else np.empty(0, dtype=np.int64)
    nearest, highest, off = (np.asarray(table.derived(n, make), dtype=np.float64)[rows] for n, make in DERIVED.items())
    return Due(nearest, highest, off)


@njit(cache=True, nogil=True)
def _due(
    program: Index,
    village: Index,
    first_day: Float,
    last_day: Float,
    submitted: Float,
    quantity: Float,
    paid: Float,
    offsets: Codes32,
    order: Codes32,
    begins: Float,
    ends: Float,
    rate: Float,
    tolerance: Float,
    holds: Index,
    parent: Codes,
) -> tuple[Float, Float, Float]:
    """By line: the rates in force during its period (or on the day it was submitted, for rates changed in between) in
    its division or one above; of those the best match. NaN where none is."""
    n = program.shape[0]
    nearest, highest, away = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    for i in range(n):
        if program[i] < 0:
            continue
        best, low, high, changed = np.inf, np.inf, -np.inf, False
        for place in range(offsets[program[i]], offsets[program[i] + 1]):
            r = order[place]
            begun = -np.inf if np.isnan(begins[r]) else begins[r]
            ended = np.inf if np.isnan(ends[r]) else ends[r]
            expected = rate[r] * quantity[i]
            if np.isnan(expected):
                continue
            off = paid[i] - expected
            if abs(off) <= 1.0 + (0.0 if np.isnan(tolerance[r]) else tolerance[r]) * expected:
                off = 0.0
            in_period = begun <= last_day[i] and ended >= first_day[i]
            later = begun <= submitted[i] and ended >= np.floor(submitted[i]) and begun > last_day[i]
            if not (in_period or (later and off == 0.0)):
                continue
            here = holds[r] < 0
            division = np.int64(village[i])
            for _ in range(GENERATIONS):
                if here or division < 0:
                    break
                here = division == holds[r]
                division = parent[division]
            if not here:
                continue
            distance = abs(off)
            if distance < best:
                best, nearest[i], away[i] = distance, expected, off
            low, high = min(low, expected), max(high, expected)
            changed = changed or begun > first_day[i]
        if high > -np.inf:
            highest[i] = high
        # A rate that changed within the period: some months at the old one, some at the new.
        if changed and paid[i] >= low - 1.0 and paid[i] <= high + 1.0 and not np.isnan(away[i]):
            away[i] = 0.0
    return nearest, highest, away


def _all(lines: LedgerTable) -> Due:
    """Amounts due of every line: each meets every rate of its program."""
    ledger = lines.ledger
    rates = ledger.tables["program_rates"]
    programs = len(ledger.vocabulary("program"))
    offsets, order = kernels.group_rows(rates.column("program_id").astype(np.int64), programs)
    first, last = ledger.periods
    period = lines.codes("period")
    # Without divisions nothing is known of where a rate holds but everywhere.
    villages = lines.codes("division_code") if "divisions" in ledger.tables else np.full(lines.rows, -1, np.int32)
    return Due(
        *_due(
            lines.codes("program_id"), villages, first[period], last[period],
            lines.numbers("submitted_at"), lines.numbers("quantity"), lines.numbers("amount"), offsets, order,
            rates.numbers("valid_from"), rates.numbers("valid_to"), rates.numbers("rate"), rates.numbers("tolerance"),
            rates.codes("division_code"), _parents(lines),
        )
    )  # fmt: skip


def _parents(lines: LedgerTable) -> Codes:
    """The division above each division code, -1 none or unknown; one more entry for code -1."""
    divisions = lines.ledger.tables.get("divisions")
    if divisions is None:
        return np.full(len(lines.ledger.vocabulary("division")) + 1, -1, dtype=np.int64)
    found: Codes = divisions.derived("parent_of_code", _parent_of_code)
    return found


def _parent_of_code(divisions: LedgerTable) -> Codes:
    parent = np.full(len(divisions.ledger.vocabulary("division")) + 1, -1, dtype=np.int64)
    parent[divisions.column("division_code").astype(np.int64)] = divisions.column("parent_code")
    parent[-1] = -1
    return parent


def _part(lines: LedgerTable, place: int) -> Float:
    return lines.shared("due", lambda: _all(lines))[place]


@by_row()
def _nearest(lines: LedgerTable) -> Float:
    return _part(lines, 0)


@by_row()
def _highest(lines: LedgerTable) -> Float:
    return _part(lines, 1)


@by_row()
def _off(lines: LedgerTable) -> Float:
    return _part(lines, 2)


@by_row()
def is_over(lines: LedgerTable) -> Float:
    """1.0 for lines above the nearest rate by more than the tolerance."""
    off = np.asarray(lines.derived("fen_off_rate", _off), dtype=np.float64)
    return np.asarray(off > 0, dtype=np.float64)


@by_row()
def is_under(lines: LedgerTable) -> Float:
    """1.0 for lines below the nearest rate by more than the tolerance."""
    off = np.asarray(lines.derived("fen_off_rate", _off), dtype=np.float64)
    return np.asarray(off < 0, dtype=np.float64)


@by_row()
def is_over_in_part(lines: LedgerTable) -> Float:
    """1.0 for lines above the nearest rate that are no whole multiple of it (as months owed would be)."""
    off = np.asarray(lines.derived("fen_off_rate", _off), dtype=np.float64)
    nearest = np.asarray(lines.derived("fen_nearest_due", _nearest), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.where(nearest > 0, lines.column("amount") / nearest, np.nan)
        whole = np.abs(times - np.round(times)) * nearest <= 1.0
    return np.asarray((off > 0) & ~whole, dtype=np.float64)


DERIVED = {"fen_nearest_due": _nearest, "fen_highest_due": _highest, "fen_off_rate": _off}
