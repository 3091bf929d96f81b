"""What happened on the payee's cards: last activity, credits that piled up, and one withdrawal that takes them all.

Built once for a ledger: per holder the credits (bank answers) and the debits (withdrawals, transfers out, purchases) in
one order of time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.asof import Ledger, LedgerTable, Pairs, View
from features.asof import _ties as ties
from features.asof.group_index import GroupIndex
from features.asof.view import index_memo
from features.graph._owners import answered_card, holder_of_row, payment_of_answer

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]


@dataclass(frozen=True)
class Flow:
    """Credits (amount > 0) and debits (amount < 0, fen) of each holder, in order of time.

    `piled` counts the credits since the last debit before the entry, `piled_fen` their sum. `row` is the row of
    `card_transactions` of a debit, -1 for a credit. `next_debit` and `debit_before` are the places of the first debit
    after the entry and the last before it (-1 none), `place_of_answer` the place of each row of `settlements` (-1: no
    credit).
    """

    by_holder: GroupIndex
    known: Int64
    amount: Float
    piled: Float
    piled_fen: Float
    row: Int64
    next_debit: Int64
    debit_before: Int64
    place_of_answer: Int64


@njit(cache=True, nogil=True)
def _beside(offsets: Int64, rows: NDArray[np.int32], amount: Float) -> tuple[Int64, Int64]:
    out = np.full(amount.shape[0], -1, np.int64)
    before = np.full(amount.shape[0], -1, np.int64)
    for k in range(offsets.shape[0] - 1):
        behind = np.int64(-1)
        for j in range(offsets[k], offsets[k + 1]):
            before[rows[j]] = behind
            if amount[rows[j]] < 0:
                behind = np.int64(rows[j])
        ahead = np.int64(-1)
        for j in range(offsets[k + 1] - 1, offsets[k] - 1, -1):
            out[rows[j]] = ahead
            if amount[rows[j]] < 0:
                ahead = np.int64(rows[j])
    return out, before


@njit(cache=True, nogil=True)
def _pile(offsets: Int64, rows: NDArray[np.int32], amount: Float) -> tuple[Float, Float]:
    piled = np.zeros(amount.shape[0], np.float64)
    fen = np.zeros(amount.shape[0], np.float64)
    for k in range(offsets.shape[0] - 1):
        count = 0.0
        total = 0.0
        for j in range(offsets[k], offsets[k + 1]):
            i = rows[j]
            piled[i] = count
            fen[i] = total
            if amount[i] > 0:
                count += 1.0
                total += amount[i]
            else:
                count = 0.0
                total = 0.0
    return piled, fen


@njit(cache=True, nogil=True)
def _state(
    offsets: Int64, rows: NDArray[np.int32], known: Int64, amount: Float, groups: Int64, at: Int64
) -> tuple[Int64, Float, Float]:
    """For each query the place of the last debit (-1 none) and the credits and fen since."""
    last = np.full(groups.shape[0], -1, np.int64)
    count = np.zeros(groups.shape[0], np.float64)
    fen = np.zeros(groups.shape[0], np.float64)
    for i in range(groups.shape[0]):
        k = groups[i]
        if k < 0:
            continue
        lo = offsets[k]
        hi = offsets[k + 1]
        while lo < hi:
            mid = (lo + hi) // 2
            if known[rows[mid]] <= at[i]:
                lo = mid + 1
            else:
                hi = mid
        j = lo - 1
        while j >= offsets[k]:
            if amount[rows[j]] < 0:
                last[i] = rows[j]
                break
            count[i] += 1.0
            fen[i] += amount[rows[j]]
            j -= 1
    return last, count, fen


def _answered_holder(table: LedgerTable) -> NDArray[np.int32]:
    """Holder of the card credited: the person of the card of the payment, as known then."""
    cards = table.ledger.tables["cards"]
    card = np.asarray(table.derived("card_of_payment", answered_card), dtype=np.int64)
    asked = View(table.ledger, table.known_at, None, {"card_id": card})
    return (
        np.asarray(asked.lookup("cards", "holder_person_id", "card_id"), dtype=np.int32)
        if cards.rows
        else card.astype(np.int32)
    )


def _arrays(table: LedgerTable) -> dict[str, NDArray[Any]]:
    """The parts of `Flow` by name, and each entry's `holder`."""
    answers = table.ledger.tables["settlements"]
    answers.derived("payment", payment_of_answer)
    paid = np.asarray(answers.column("status")) == answers.schema.column("status").values.index("paid")
    credit = np.nan_to_num(np.asarray(answers.column("amount"), dtype=np.float64))
    chosen = np.flatnonzero(paid & (credit > 0))
    names = table.schema.column("kind").values
    debit = np.flatnonzero(np.asarray(table.column("kind")) != names.index("transfer_in"))
    owner = np.asarray(table.derived("holder", holder_of_row), dtype=np.int64)
    holder = np.concatenate(
        [np.asarray(answers.derived("holder", _answered_holder), dtype=np.int64)[chosen], owner[debit]]
    )
    known = np.concatenate([answers.known_at[chosen], table.known_at[debit]])
    amount = np.concatenate(
        [credit[chosen], -np.maximum(np.asarray(table.column("amount"), dtype=np.float64)[debit], 1.0)]
    )
    row = np.concatenate([np.full(len(chosen), -1, dtype=np.int64), debit])
    # Of the same second, credits come first: what is drawn then was there.
    order = np.argsort(known, kind="stable")
    tied = np.zeros(len(order), dtype=bool)
    tied[1:] = known[order[1:]] == known[order[:-1]]
    ties.settle_numbers(order, tied, -amount)
    ties.settle_numbers(order, tied, row.astype(np.float64))
    index = GroupIndex([holder[order]])
    piled, fen = _pile(*index.packed(), amount[order])
    answer = np.concatenate([chosen, np.full(len(debit), -1, dtype=np.int64)])[order]
    place = np.full(answers.rows, -1, dtype=np.int64)
    place[answer[answer >= 0]] = np.flatnonzero(answer >= 0)
    ahead, behind = _beside(*index.packed(), amount[order])
    return {
        "holder": holder[order],
        "known": known[order],
        "amount": amount[order],
        "piled": piled,
        "piled_fen": fen,
        "row": row[order],
        "next_debit": ahead,
        "debit_before": behind,
        "place_of_answer": place,
    }


def _build(table: LedgerTable) -> Flow:
    """Every part is kept beside the data: at ten million answers building them takes seconds."""
    made: dict[str, NDArray[Any]] = {}

    def part(name: str) -> NDArray[Any]:
        def make() -> NDArray[Any]:
            if not made:
                made.update(_arrays(table))
            return made[name]

        return table.keep(f"flow-{name}", make, by_code=True)

    index = GroupIndex(
        [lambda: part("holder")], lambda name, make: table.keep(f"flow-by-holder-{name}", make, by_code=True)
    )
    return Flow(index, **{field.name: part(field.name) for field in fields(Flow)[1:]})


def flow(ledger: Ledger) -> Flow:
    """All credits and debits of the ledger, built at first use."""
    table = ledger.tables["card_transactions"]
    return index_memo(table.index(("card_id",)), "flow", lambda: _build(table))


def state(view: View) -> tuple[Int64, Float, Float]:
    """For the payee: place of the last debit in `Flow` (-1 none), credits and fen credited since; shape (n,)."""
    found = flow(view.ledger)
    groups = found.by_holder.lookup([np.asarray(view.own("person_id"), dtype=np.int64)])
    if found.by_holder.size == 0:
        return np.full(view.n, -1, dtype=np.int64), np.zeros(view.n), np.zeros(view.n)
    return _state(*found.by_holder.packed(), found.known, found.amount, groups, view.at)


def last_debit(view: View, values: NDArray[np.generic]) -> Float:
    """A value of `Flow` at the payee's last debit, NaN where there is none."""
    place = view.memo(state)[0]
    return np.where(place >= 0, values[np.maximum(place, 0)], np.nan) if len(values) else np.full(view.n, np.nan)


def last_debit_rows(view: View) -> Pairs:
    """The payee's last debit, as evidence."""
    row = last_debit(view, flow(view.ledger).row)
    query = np.flatnonzero(row >= 0)
    return Pairs(view, "card_transactions", query.astype(np.int32), row[query].astype(np.int32))


def taken_by(view: View) -> Int64:
    """Place in `Flow` of the first debit after this payment was credited, as known at the moment; -1 none."""
    found = flow(view.ledger)
    answer = view.latest("settlements", "disbursement_id")
    if len(found.place_of_answer) == 0 or len(found.known) == 0:
        return np.full(view.n, -1, dtype=np.int64)
    credit = np.where(answer >= 0, found.place_of_answer[np.maximum(answer, 0)], -1)
    debit = np.where(credit >= 0, found.next_debit[np.maximum(credit, 0)], -1)
    return np.where((debit >= 0) & (found.known[np.maximum(debit, 0)] <= view.at), debit, -1)


def at_taking(view: View, values: NDArray[np.generic]) -> Float:
    """A value of `Flow` at the debit that first took from this payment's credit; NaN where there is none yet."""
    place = view.memo(taken_by)
    return np.where(place >= 0, values[np.maximum(place, 0)], np.nan) if len(values) else np.full(view.n, np.nan)


def taking_rows(view: View) -> Pairs:
    """The debit that first took from this payment's credit, as evidence."""
    row = at_taking(view, flow(view.ledger).row)
    query = np.flatnonzero(row >= 0)
    return Pairs(view, "card_transactions", query.astype(np.int32), row[query].astype(np.int32))
