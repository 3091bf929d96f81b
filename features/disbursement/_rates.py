"""What each line should amount to by the published rates: a fact of the line and of reference data alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.asof import View
from features.asof import _kernels as kernels
from features.asof.grows import by_row
from features.asof.ledger import LedgerTable

Float = NDArray[np.float64]
Codes = NDArray[np.int64]
GENERATIONS = 6
LINES = 250_000


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


def _all(lines: LedgerTable) -> Due:
    """Amounts due of every line of the history, some lines at a time: each meets every rate of its program."""
    blocks = [_block(lines, slice(start, start + LINES)) for start in range(0, max(lines.rows, 1), LINES)]
    return Due(*(np.concatenate(part) for part in zip(*blocks, strict=True)))


def _block(lines: LedgerTable, block: slice) -> Due:
    """Rates in force during the period (or on the day of submission, for rates changed in between), best match."""
    ledger = lines.ledger
    rates = ledger.tables["program_rates"]
    offsets, order = kernels.group_rows(rates.column("program_id").astype(np.int64), len(ledger.vocabulary("program")))
    program = lines.column("program_id")[block].astype(np.int64)
    rows = len(program)
    count = offsets[program + 1] - offsets[program]
    line = np.repeat(np.arange(rows), count)
    place = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(offsets[program], count)
    rate = order[place].astype(np.int64)

    first, last = (days[lines.column("period")[block]] for days in ledger.periods)
    begun = np.nan_to_num(rates.column("valid_from"), nan=-np.inf)[rate]
    ended = np.nan_to_num(rates.column("valid_to"), nan=np.inf)[rate]
    in_period = (begun <= last[line]) & (ended >= first[line])
    submitted = lines.column("submitted_at")[block][line]
    later = (begun <= submitted) & (ended >= np.floor(submitted)) & (begun > last[line])
    here = _within(lines, block, rates, line, rate)

    expected = rates.column("rate")[rate] * lines.column("quantity")[block][line]
    paid = lines.column("amount")[block]
    amount = paid[line]
    allowed = 1.0 + np.nan_to_num(rates.column("tolerance"))[rate] * expected
    off = amount - expected
    off[np.abs(off) <= allowed] = 0.0
    usable = here & ~np.isnan(expected) & (in_period | (later & (off == 0)))
    distance = np.where(usable, np.abs(off), np.inf)
    best = np.lexsort((distance, line))
    new = np.ones(len(best), dtype=bool)
    new[1:] = line[best[1:]] != line[best[:-1]]
    chosen = best[new]
    chosen = chosen[np.isfinite(distance[chosen])]
    nearest, away = np.full(rows, np.nan), np.full(rows, np.nan)
    nearest[line[chosen]] = expected[chosen]
    away[line[chosen]] = off[chosen]
    lowest, highest = _ends(line[usable], expected[usable], rows)
    # A rate that changed within the period: some months at the old one, some at the new.
    changed = np.bincount(line[usable & (begun > first[line])], minlength=rows) > 0
    mixed = changed & (paid >= lowest - 1.0) & (paid <= highest + 1.0)
    away[mixed & ~np.isnan(away)] = 0.0
    return Due(nearest, highest, away)


def _ends(line: Codes, expected: Float, rows: int) -> tuple[Float, Float]:
    """Smallest and largest amount due by line, NaN where none."""
    low, high = np.full(rows, np.inf), np.full(rows, -np.inf)
    np.minimum.at(low, line, expected)
    np.maximum.at(high, line, expected)
    return np.where(np.isfinite(low), low, np.nan), np.where(np.isfinite(high), high, np.nan)


def _within(lines: LedgerTable, block: slice, rates: LedgerTable, line: Codes, rate: Codes) -> NDArray[np.bool_]:
    """Whether the rate holds where the line is paid: in its division or one above; shape (len(line),)."""
    holds = rates.column("division_code").astype(np.int64)[rate]
    good: NDArray[np.bool_] = holds < 0
    if good.all() or "divisions" not in lines.ledger.tables:
        return good
    divisions = lines.ledger.tables["divisions"]
    parent = np.full(len(lines.ledger.vocabulary("division")) + 1, -1, dtype=np.int64)
    parent[divisions.column("division_code").astype(np.int64)] = divisions.column("parent_code")
    parent[-1] = -1
    place = lines.column("division_code")[block].astype(np.int64)[line]
    for _ in range(GENERATIONS):
        good |= (place >= 0) & (place == holds)
        place = parent[place]
    return good


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
