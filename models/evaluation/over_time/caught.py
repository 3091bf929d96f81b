"""Who had been caught by an origin: their later payments leave the test, as they would leave in life.

A card that was found is closed, a household is corrected, a clerk is moved: payments that follow from the same hub are
no proof that a score finds what nobody knows. A card and a household leave with their first confirmed finding. An
official (where the finding suspects one) or an agent's device, phone or outlet leaves only when several confirmed
findings concentrate there, since everything passes through a finance officer and he stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger, View
from models.evaluation.over_time.answers import Answers
from models.scoring.hubs import KINDS, Hubs, hubs_of

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

SEVERAL = 3
TIMES_EXPECTED = 5.0
"""Confirmed findings a hub must hold to leave, and how many times what its traffic alone would give."""
KINDS_OF_ROLE = {"official": ("official",), "agent": ("device", "phone", "outlet")}
CHUNK = 32_768


@dataclass(frozen=True, slots=True)
class Caught:
    """`rows` (m,) marks the payments ahead that leave; how many cards, households and other hubs had been caught."""

    rows: Bool
    cards: int
    households: int
    hubs: int


def caught_by(ledger: Ledger, rows: Int64, past: Int64, ahead: Int64, known: Answers) -> Caught:
    """Which payments `ahead` touch a hub that had been caught.

    `rows` (n,) disbursement rows; `past` and `ahead` positions in them; `known` the findings on `past` on record at the
    origin. Hubs are those on record at each payment's own submission.
    """
    table = ledger.tables["disbursements"]
    confirmed = past[known.confirmed]
    out = np.zeros(len(ahead), dtype=bool)
    counts = []
    for column in ("card_id", "household_id"):
        codes = table.codes(column)
        taken = np.unique(codes[rows[confirmed]])
        taken = taken[taken >= 0]
        out |= np.isin(codes[rows[ahead]], taken)
        counts.append(len(taken))
    named = {role: past[known.confirmed & (known.role == role)] for role in KINDS_OF_ROLE}
    named = {role: found for role, found in named.items() if len(found) >= SEVERAL}
    hubs = 0
    if named:
        before, later = _hubs(ledger, rows[past]), _hubs(ledger, rows[ahead])
        for role, found in named.items():
            kinds = [list(KINDS).index(kind) for kind in KINDS_OF_ROLE[role]]
            mine = np.isin(before.kind, kinds)
            is_found = np.isin(past[before.query[mine]], found)
            gone = _concentrated(_key(before)[mine], is_found, len(past), len(found))
            out[later.query[np.isin(_key(later), gone)]] = True
            hubs += len(gone)
    return Caught(out, counts[0], counts[1], hubs)


def _concentrated(keys: Int64, confirmed: Bool, payments: int, found: int) -> Int64:
    """Keys of hubs that hold several of the found payments, and many times what their traffic would give."""
    hubs, place = np.unique(keys, return_inverse=True)
    place = place.ravel()
    traffic = np.bincount(place, minlength=len(hubs))
    held = np.bincount(place, weights=confirmed.astype(np.float64), minlength=len(hubs))
    expected = found * traffic / max(payments, 1)
    return np.asarray(hubs[(held >= SEVERAL) & (held >= TIMES_EXPECTED * expected)], dtype=np.int64)


def _key(hubs: Hubs) -> Int64:
    """Each hub as one number, whatever its kind."""
    return np.asarray(hubs.code * len(KINDS) + hubs.kind, dtype=np.int64)


def _hubs(ledger: Ledger, rows: Int64) -> Hubs:
    """Hubs of payments at their own submission, of the kinds that may leave, some payments at a time."""
    known = ledger.tables["disbursements"].known_at
    wanted = np.array([list(KINDS).index(kind) for kinds in KINDS_OF_ROLE.values() for kind in kinds])
    parts = [np.empty((0, 3), dtype=np.int64)]
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        hubs = hubs_of(View(ledger, known[part], part))
        mine = np.isin(hubs.kind, wanted)
        parts.append(np.column_stack([hubs.query[mine] + start, hubs.kind[mine], hubs.code[mine]]))
    query, kind, code = np.concatenate(parts).T
    return Hubs(query, kind, code)
