"""Payments of the days before a moment, by the household they were for and the card they went to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger
from features.asof.ledger import MICROSECONDS_A_DAY
from features.matching.cards.people import People

Codes = NDArray[np.int64]
Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Paid:
    """One entry a (household, card); shapes (k,). `fen` is whole, `last` the local day of the last payment.

    `payee` is the person of the last payment, `household` -1 where neither line nor register names one.
    """

    household: Codes
    card: Codes
    count: Codes
    fen: Codes
    last: Float
    payee: Codes


def paid_at(ledger: Ledger, people: People, at_us: int, days: int) -> Paid:
    """Disbursements submitted in the `days` before the moment, in the version known then, returned ones left out."""
    table = ledger.tables["disbursements"]
    after = at_us - days * MICROSECONDS_A_DAY
    chosen = (table.known_at > after) & (table.known_at <= at_us) & (table.superseded_at > at_us)
    row = np.flatnonzero(chosen & ~_returned(ledger, at_us))
    person = table.column("person_id").astype(np.int64)[row]
    named = table.column("household_id").astype(np.int64)[row]
    household = np.where(named >= 0, named, people.household[person])
    card = table.column("card_id").astype(np.int64)[row]
    fen = np.nan_to_num(np.asarray(table.column("amount"))[row]).astype(np.int64)
    order = np.lexsort((row, card, household))
    household, card, fen, person, row = (values[order] for values in (household, card, fen, person, row))
    new = np.ones(len(row), dtype=bool)
    new[1:] = (household[1:] != household[:-1]) | (card[1:] != card[:-1])
    start = np.flatnonzero(new)
    last = np.append(start[1:], len(row)) - 1 if len(start) else start
    submitted = (table.known_at[row] + ledger.utc_offset) // MICROSECONDS_A_DAY
    return Paid(
        household[start],
        card[start],
        np.diff(np.append(start, len(row))),
        np.add.reduceat(fen, start) if len(start) else fen,
        submitted[last].astype(np.float64),
        person[last],
    )


def _returned(ledger: Ledger, at_us: int) -> NDArray[np.bool_]:
    """Rows of `disbursements` that the bank is known to have returned or failed; shape (rows,)."""
    lines = ledger.tables["disbursements"]
    out = np.zeros(lines.rows, dtype=bool)
    answers = ledger.tables.get("settlements")
    if answers is None:
        return out
    good = answers.schema.column("status").values.index("paid")
    standing = (answers.known_at <= at_us) & (answers.superseded_at > at_us)
    back = np.zeros(len(ledger.vocabulary("disbursement")) + 1, dtype=bool)
    back[answers.column("disbursement_id").astype(np.int64)[standing & (answers.column("status") != good)]] = True
    back[-1] = False
    found: NDArray[np.bool_] = back[lines.column("disbursement_id").astype(np.int64)]
    return found
