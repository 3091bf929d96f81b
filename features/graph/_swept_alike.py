"""Credits of several people moved on to one card within days of each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.asof import Ledger, View
from features.asof import _kernels as kernels
from features.asof.group_index import GroupIndex
from features.asof.ledger import MICROSECONDS_A_DAY, NEVER
from features.asof.view import index_memo
from features.card import _people
from features.graph import _sweeps

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]

DAYS_APART = 5
MOST_ARRIVALS = 400


@dataclass(frozen=True)
class Arrivals:
    """Every sweep by when it was known, and its rows by the card it went to."""

    known: Int64
    person: Int64
    by_hub: GroupIndex


def arrivals(ledger: Ledger) -> Arrivals:
    """All sweeps of the ledger as seen from the cards they went to, built at first use."""

    def make() -> Arrivals:
        found = _sweeps.sweeps(ledger)
        times = np.diff(found.offsets)
        order = np.argsort(found.known, kind="stable")
        hub, person = np.repeat(found.hub, times)[order], np.repeat(found.person, times)[order]
        return Arrivals(found.known[order], person, GroupIndex([hub]))

    return index_memo(ledger.tables["card_transactions"].index(("card_id",)), "swept_alike", make)


@njit(cache=True, nogil=True)
def _after(lo: Int64, hi: Int64, rows: NDArray[np.int32], known: Int64, moment: Int64) -> Int64:
    """First place in [lo, hi) whose row became known after the moment."""
    out = np.empty(lo.shape[0], np.int64)
    for i in range(lo.shape[0]):
        a = lo[i]
        b = hi[i]
        while a < b:
            mid = (a + b) // 2
            if known[rows[mid]] <= moment[i]:
                a = mid + 1
            else:
                b = mid
        out[i] = a
    return out


def households(view: View) -> Float:
    """Most other, unrelated households whose credits went to a stranger's card within days of the payee's last; (n,).

    0 where the card is the payee's own, of the family or of a helper on record.
    """
    found, all_ = _sweeps.sweeps(view.ledger), arrivals(view.ledger)
    hubs = view.memo(_sweeps.hubs_of_payee)
    last = found.known[found.offsets[hubs.group] + hubs.times.astype(np.int64) - 1]
    lo, hi = _sweeps.ranges(all_.by_hub, hubs.hub)
    window = DAYS_APART * MICROSECONDS_A_DAY
    start = _after(lo, hi, all_.by_hub.rows, all_.known, last - window)
    end = _after(start, hi, all_.by_hub.rows, all_.known, np.minimum(last + window, view.at[hubs.query]))
    end = np.where(view.memo(_sweeps.owner_is_near), start, np.minimum(end, start + MOST_ARRIVALS))
    never = np.full(len(all_.known), NEVER, dtype=np.int64)
    place, arrival = kernels.expand(start, end, all_.by_hub.rows, never, view.at[hubs.query])
    place, person = place.astype(np.int64), all_.person[arrival]
    payee = np.asarray(view.own("person_id"), dtype=np.int64)[hubs.query[place]]
    pairs = _people.sub(view, hubs.query[place], {"one": payee, "other": person})
    apart = (person != payee) & _people.unrelated(pairs, "one", "other")
    count = _people.distinct_by(place[apart], _people.household_of(pairs, "other")[apart], len(hubs.query))
    out = np.zeros(view.n)
    order = np.argsort(count, kind="stable")
    out[hubs.query[order]] = count[order]
    return out
