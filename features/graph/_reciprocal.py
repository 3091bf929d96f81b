"""Approvals that officials gave to one another's kin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numba import njit

from features._feature import Float
from features.asof import Ledger, Pairs, View
from features.asof.grows import Since, extended_by
from features.asof.part import Part
from features.asof.view import index_memo
from features.disbursement._chain import ABOVE_VILLAGE, STAGES, Codes, chain, hands
from features.graph._kin import find, tied, ties

WIDTH = 1 << 29
"""Above every hand (see `features.disbursement._chain.NUMBER`)."""


@dataclass(frozen=True)
class Favours:
    """Reviews above the village of means-tested applications made by somebody's kin, ordered by (pair, moment).

    `pair` packs (who reviewed, whose kin it was, at which stage): only reviews at one and the same stage are returned
    like for like, since whoever determines for a whole county meets everybody's kin. `row` is the row of `approvals`.
    """

    pair: Codes
    known: Codes
    row: Codes
    width: int


def _more(kept: Favours, since: Since, ledger: Ledger) -> Favours | None:
    """A review rests on what was known by then: those from the earliest news on are looked at again."""
    first = int(np.searchsorted(ledger.tables["approvals"].known_at, since.earliest(), side="left"))
    if first == 0:
        return None
    pair, row = _found(ledger, first)
    there = kept.row < first
    return _ordered(ledger, np.concatenate([kept.pair[there], pair]), np.concatenate([kept.row[there], row]))


@extended_by(_more)
def _build(ledger: Ledger) -> Favours:
    return _ordered(ledger, *_found(ledger, 0))


def _ordered(ledger: Ledger, pair: Codes, row: Codes) -> Favours:
    approvals = ledger.tables["approvals"]
    order = np.lexsort((approvals.rank_of(row), approvals.known_at[row], pair))
    return Favours(pair[order], approvals.known_at[row[order]], row[order], WIDTH)


def _found(ledger: Ledger, first: int) -> tuple[Codes, Codes]:
    """(pair, row of `approvals`) of favours among the reviews from row `first` on."""
    approvals, applications = Part(ledger.tables["approvals"], first), ledger.tables["applications"]
    programs = ledger.tables["programs"]
    tested = np.zeros(len(ledger.vocabulary("program")) + 1, dtype=bool)
    tested[np.asarray(programs.column("program_id"), dtype=np.int64)] = (
        np.asarray(programs.column("means_tested"), dtype=np.float64) > 0
    )
    tested[-1] = False
    # The version that stood when it was reviewed: a later correction must not change what was known before it.
    then = View(ledger, approvals.known_at, None, {"application_id": approvals.codes("application_id")})
    application = then.latest("applications", "application_id")
    stages = [STAGES.index(name) for name in ABOVE_VILLAGE]
    passed = np.isin(approvals.column("stage"), stages) & (np.asarray(approvals.column("result"), dtype=np.int64) <= 0)
    rows = np.flatnonzero(
        passed & (application >= 0) & (np.asarray(approvals.column("official_id"), dtype=np.int64) >= 0)
    )
    rows = rows[tested[np.asarray(applications.column("program_id")[application[rows]], dtype=np.int64)]]
    of = application[rows]
    all_ties, moment = ties(ledger), approvals.known_at[rows]
    home = np.asarray(applications.column("household_id")[of], dtype=np.int64)
    person = np.asarray(applications.column("person_id")[of], dtype=np.int64)
    by_home = find(all_ties, all_ties.by_household, home, moment)
    in_person = find(all_ties, all_ties.by_person, person, moment)
    query, tie = np.concatenate([by_home[0], in_person[0]]), np.concatenate([by_home[1], in_person[1]])
    reviewer = hands(ledger, np.asarray(approvals.column("official_id")[rows], dtype=np.int64), moment)
    stage = np.asarray(approvals.column("stage")[rows], dtype=np.int64)
    pair = pack(WIDTH, reviewer[query], all_ties.official[tie], stage[query])
    # An application may be tied to the same official in several ways: it is one favour.
    distinct = np.unique(np.column_stack([pair, rows[query]]), axis=0) if len(pair) else np.empty((0, 2), np.int64)
    return distinct[:, 0], distinct[:, 1] + first


def pack(width: int, reviewer: Codes, official: Codes, stage: Codes | int) -> Codes:
    """One number for (who reviewed, whose kin, stage)."""
    return (reviewer * np.int64(width) + official) * np.int64(len(STAGES)) + stage


def favours(ledger: Ledger) -> Favours:
    """All of them, built at first use."""
    return index_memo(ledger.tables["approvals"].index(("official_id",)), "favours", partial(_build, ledger))


@dataclass(frozen=True)
class Returned:
    """(query, tie) pairs with how many favours the payee's kin in post had done to the reviewer's kin."""

    query: Codes
    reviewer: Codes
    official: Codes
    count: Float
    first: Codes


def returned(view: View) -> Returned:
    """By tie of the payee to somebody in post: favours done to the kin of whoever reviewed this application."""
    known = favours(view.ledger)
    pairs = view.memo(tied)
    best = Returned(
        pairs.query, np.full(len(pairs.query), -1), pairs.official, np.zeros(len(pairs.query)), pairs.query * 0
    )
    for stage in ABOVE_VILLAGE:
        reviewer = view.memo(chain).hand[stage][pairs.query]
        key = pack(known.width, pairs.official, reviewer, STAGES.index(stage))
        key = np.where((reviewer >= 0) & (reviewer != pairs.official), key, -1)
        start = np.searchsorted(known.pair, key, side="left")
        end = np.searchsorted(known.pair, key, side="right")
        # Inside a pair the moments ascend, so those known by now are a prefix.
        count = _known_by(known.known, start, end, view.at[pairs.query])
        better = count > best.count
        best = Returned(
            pairs.query,
            np.where(better, reviewer, best.reviewer),
            pairs.official,
            np.where(better, count, best.count),
            np.where(better, start, best.first),
        )
    return best


@njit(cache=True, nogil=True)
def _known_by(moments: Codes, start: Codes, end: Codes, at: Codes) -> Float:
    """How many of `moments[start:end]` are no later than `at`, by bisection on each range."""
    out = np.zeros(start.shape[0], np.float64)
    for i in range(start.shape[0]):
        lo, hi = start[i], end[i]
        while lo < hi:
            middle = (lo + hi) // 2
            if moments[middle] <= at[i]:
                lo = middle + 1
            else:
                hi = middle
        out[i] = lo - start[i]
    return out


def evidence(view: View) -> Pairs:
    """Up to five of the earlier reviews behind it."""
    found = view.memo(returned)
    known = favours(view.ledger)
    chosen = np.flatnonzero(found.count > 0)
    number = np.minimum(found.count[chosen], 5).astype(np.int64)
    inside = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    rows = known.row[np.repeat(found.first[chosen], number) + inside]
    return Pairs(view, "approvals", np.repeat(found.query[chosen], number).astype(np.int32), rows.astype(np.int32))
