"""Credits that fall short by the same fee or the same part, run after run, in a village or for a person.

For each query the bank's answers of its village (or person) are walked in order of time up to the moment. Periods of an
item are taken in order; answers about periods before the last one seen (payments made good later) are left out. A
period is cut alike when most of its short credits share one fee or one part; a row of such periods with the same fee
or part is a streak.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.asof import LedgerTable, Pairs, View
from features.asof import _kernels as kernels
from features.asof._cells import number_rows
from features.asof.grows import by_row
from features.graph._owners import answer_fact, answered_person, payment_of_answer

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Float = NDArray[np.float64]

ALIKE = 0.6
"""Part of a period's short credits that must share the fee or the part."""
SAME_PART = 0.005
"""Parts of the amount this close are the same."""


@dataclass(frozen=True)
class Cuts:
    """By query: the longest current streak over all items, the streak of the own item, and of its last period on record
    the lines answered and the lines cut alike."""

    longest: Float
    own: Float
    lines: Float
    cut: Float


@by_row()
def _answered_village(table: LedgerTable) -> Int32:
    return answer_fact(table, "division_code")


@by_row()
def _answered_program(table: LedgerTable) -> Int32:
    return answer_fact(table, "program_id")


@by_row()
def _answered_period(table: LedgerTable) -> Int32:
    return answer_fact(table, "period")


@by_row()
def _answered_start(table: LedgerTable) -> Float:
    return table.ledger.periods[0][np.asarray(table.derived("period_of_payment", _answered_period), dtype=np.int64)]


@by_row()
def _missing(table: LedgerTable) -> Float:
    """Fen missing from a paid credit; 0 in full, NaN where it was not paid or the amounts are unknown."""
    row = np.asarray(table.derived("payment", payment_of_answer), dtype=np.int64)
    planned = np.asarray(table.ledger.tables["disbursements"].column("amount"), dtype=np.float64)
    paid = np.asarray(table.column("status")) == table.schema.column("status").values.index("paid")
    due = np.where(row >= 0, planned[np.maximum(row, 0)], np.nan) if len(planned) else np.full(table.rows, np.nan)
    missing = due - np.asarray(table.column("amount"), dtype=np.float64)
    return np.where(paid, np.maximum(missing, 0.0), np.nan)


@by_row()
def _missing_part(table: LedgerTable) -> Float:
    """The same as a part of the amount due."""
    row = np.asarray(table.derived("payment", payment_of_answer), dtype=np.int64)
    planned = np.asarray(table.ledger.tables["disbursements"].column("amount"), dtype=np.float64)
    due = np.where(row >= 0, planned[np.maximum(row, 0)], np.nan) if len(planned) else np.full(table.rows, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(table.derived("missing", _missing) / due)


@by_row()
def is_short(table: LedgerTable) -> Float:
    """1 for a credit that fell short, else 0. For `derived` of `settlements`."""
    return (np.asarray(table.derived("missing", _missing), dtype=np.float64) > 0).astype(np.float64)


def prepare(view: View) -> LedgerTable:
    """Derive the columns of `settlements` the walk needs."""
    table = view.ledger.tables["settlements"]
    table.derived("village_of_payment", _answered_village)
    table.derived("program_of_payment", _answered_program)
    table.derived("period_of_payment", _answered_period)
    table.derived("person_of_payment", answered_person)
    table.derived("missing", _missing)
    table.derived("missing_part", _missing_part)
    return table


@njit(cache=True, nogil=True)
def _alike(lo: int, hi: int, missing: Float, part: Float, fee: float, share: float, by_fee: bool) -> int:
    count = 0
    for i in range(lo, hi):
        if missing[i] > 0 and ((by_fee and missing[i] == fee) or (not by_fee and abs(part[i] - share) <= 0.005)):
            count += 1
    return count


@njit(cache=True, nogil=True)
def _walk(
    begin: Int32, end: Int32, starts: Float, missing: Float, part: Float, alike: float
) -> tuple[Float, Float, Float]:
    """Streak, lines and cut lines of the last period among the answers at positions begin..end of a group."""
    n = begin.shape[0]
    streaks = np.zeros(n)
    lines = np.zeros(n)
    cuts = np.zeros(n)
    for q in range(n):
        streak = 0.0
        last_fee, last_part = -1.0, -1.0
        j = begin[q]
        newest = -np.inf
        while j < end[q]:
            if not starts[j] > newest:
                j += 1
                continue
            newest = starts[j]
            stop = j
            total = 0
            short = 0
            fee, fee_votes, share, share_votes = 0.0, 0, 0.0, 0
            while stop < end[q] and not starts[stop] > newest:
                if starts[stop] == newest and not np.isnan(missing[stop]):
                    total += 1
                    if missing[stop] > 0:
                        short += 1
                        if fee_votes == 0:
                            fee = missing[stop]
                        fee_votes += 1 if missing[stop] == fee else -1
                        if share_votes == 0:
                            share = part[stop]
                        share_votes += 1 if abs(part[stop] - share) <= 0.005 else -1
                stop += 1
            if total > 0:
                same = 0
                if short > 0:
                    by_fee = _alike(j, stop, missing, part, fee, share, True)
                    by_part = _alike(j, stop, missing, part, fee, share, False)
                    same = max(by_fee, by_part)
                if short > 0 and same >= alike * short:
                    again = (fee == last_fee and by_fee >= alike * short) or (
                        abs(share - last_part) <= 0.005 and by_part >= alike * short
                    )
                    streak = streak + 1.0 if again else 1.0
                    last_fee, last_part = fee, share
                else:
                    streak = 0.0
                    last_fee, last_part = -1.0, -1.0
                lines[q] = total
                cuts[q] = same
            j = stop
        streaks[q] = streak
    return streaks, lines, cuts


def _states(view: View, place: str, codes: Int64, program: Int64, until: Int32) -> tuple[Float, Float, Float]:
    """States of (place, item) groups as of the answers with numbers below `until`.

    Payments of a run come at many moments with no new answer between them: each state is walked once.
    """
    table = prepare(view)
    index = table.index((place, "program_of_payment"))
    groups = index.lookup([codes, program])
    begin, end = kernels.narrow(index.starts, index.ends, index.rows, groups, np.zeros(len(until), np.int32), until)
    first, same = number_rows([begin.astype(np.int64), end.astype(np.int64)])
    # Answers lie together by group: the walk reads memory in order.
    starts = index.along("start_of_payment", lambda: table.derived("start_of_payment", _answered_start))
    missing = index.along("missing", lambda: table.derived("missing", _missing))
    part = index.along("missing_part", lambda: table.derived("missing_part", _missing_part))
    found = _walk(begin[first], end[first], starts, missing, part, ALIKE)
    return found[0][same], found[1][same], found[2][same]


def in_village(view: View) -> Cuts:
    """Cuts in the village of the payment."""
    cells = view.unique("division_code", "program_id")
    village, program = cells.own("division_code").astype(np.int64), cells.own("program_id").astype(np.int64)
    own, lines, cut = _states(cells, "village_of_payment", village, program, cells.known_rows("settlements"))
    places = view.unique("division_code")
    codes = places.own("division_code").astype(np.int64)
    longest = np.zeros(places.n)
    query, item = prepare(view).index(("village_of_payment", "program_of_payment")).under(codes)
    streak, _, _ = _states(places, "village_of_payment", codes[query], item, places.known_rows("settlements")[query])
    np.maximum.at(longest, query, streak)
    return Cuts(places.spread(longest), cells.spread(own), cells.spread(lines), cells.spread(cut))


def of_person(view: View) -> Cuts:
    """Cuts of the payee's own credits of the item."""
    person = np.asarray(view.own("person_id"), dtype=np.int64)
    program = np.asarray(view.own("program_id"), dtype=np.int64)
    own, lines, cut = _states(view, "person_of_payment", person, program, view.known_rows("settlements"))
    return Cuts(own, own, lines, cut)


def own_answers(view: View) -> Pairs:
    """The bank's earlier answers to the payee for the item that fell short, as evidence."""
    prepare(view)
    keys = {"person_of_payment": view.own("person_id"), "program_of_payment": view.own("program_id")}
    found = view.match("settlements", keys)
    return found.where(found.derived("missing", _missing) > 0)


def village_answers(view: View) -> Pairs:
    """The bank's answers of the last 400 days that fell short in the village, as evidence."""
    prepare(view)
    found = view.match("settlements", {"village_of_payment": view.own("division_code")}, days=400)
    return found.where(found.derived("missing", _missing) > 0)
