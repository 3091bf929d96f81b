"""All credits and debits of each holder in order of time: built once for a ledger, and taking what arrives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger, LedgerTable, View
from features.asof import _kernels as kernels
from features.asof import _ties as ties
from features.asof.growing import Growing
from features.asof.grows import Since, by_row, extended_by
from features.asof.ledger import NEVER
from features.asof.view import index_memo
from features.card import _flow_kernels as flowing
from features.graph._owners import answered_card, holder_of_row

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float = NDArray[np.float64]


@dataclass(frozen=True)
class Flow:
    """Credits (amount > 0) and debits (amount < 0, fen), those of holder h at the places `starts[h]` to `ends[h]`, in
    order of time; `starts` and `ends` have shape (holders,), `place_of_answer` the rows of `settlements`, the others
    one value a place.

    `piled` counts the credits since the last debit before the entry, `piled_fen` their sum. `row` is the row of
    `card_transactions` of a debit, -1 for a credit, `answer` the row of `settlements` of a credit, -1 for a debit.
    `next_debit` and `debit_before` are the places of the first debit after the entry and the last before it (-1 none),
    `place_of_answer` the place of each row of `settlements` (-1: no credit to a known holder).
    """

    starts: Int32
    ends: Int32
    known: Int64
    amount: Float
    piled: Float
    piled_fen: Float
    row: Int64
    answer: Int64
    next_debit: Int64
    debit_before: Int64
    place_of_answer: Int64


BY_PLACE = ("known", "amount", "piled", "piled_fen", "row", "answer", "next_debit", "debit_before")


@dataclass
class Kept:
    """The flow of a ledger, and room for more: rows seen of `settlements` and `card_transactions`, places used, and
    how many of them were there at first."""

    flow: Flow
    room: dict[str, Growing]
    answers: int
    debits: int
    used: int
    base: int


@by_row()
def answered_holder(table: LedgerTable) -> Int32:
    """Holder of the card credited: the person of the card of the payment, as known then. For `settlements`."""
    cards = table.ledger.tables["cards"]
    card = np.asarray(table.derived("card_of_payment", answered_card), dtype=np.int64)
    asked = View(table.ledger, table.known_at, None, {"card_id": card})
    if not cards.rows:
        return card.astype(np.int32)
    return np.asarray(asked.lookup("cards", "holder_person_id", "card_id"), dtype=np.int32)


@dataclass(frozen=True)
class _Entries:
    """Credits and debits of known holders, by holder and, of one holder, in order of time."""

    holder: Int64
    known: Int64
    amount: Float
    row: Int64
    answer: Int64


def _entries(table: LedgerTable, first_answer: int, first_debit: int) -> _Entries:
    """Those of the rows of `settlements` and `card_transactions` (`table`) from two numbers on."""
    answers = table.ledger.tables["settlements"]
    credit = np.nan_to_num(np.asarray(answers.column("amount")[first_answer:], dtype=np.float64))
    paid = answers.column("status")[first_answer:] == answers.schema.column("status").values.index("paid")
    credited = answers.derived("holder", answered_holder)[first_answer:]
    chosen = np.flatnonzero(paid & (credit > 0) & (credited >= 0))
    owner = table.derived("holder", holder_of_row)[first_debit:]
    came_in = table.column("kind")[first_debit:] == table.schema.column("kind").values.index("transfer_in")
    debit = np.flatnonzero(~came_in & (owner >= 0))
    fen = np.maximum(np.asarray(table.column("amount")[first_debit:], dtype=np.float64)[debit], 1.0)
    none = np.full(len(chosen), -1, dtype=np.int64), np.full(len(debit), -1, dtype=np.int64)
    holder = np.concatenate([credited[chosen], owner[debit]]).astype(np.int64)
    known = np.concatenate([answers.known_at[first_answer:][chosen], table.known_at[first_debit:][debit]])
    amount = np.concatenate([credit[chosen], -fen])
    row = np.concatenate([none[0], debit + first_debit])
    answer = np.concatenate([chosen + first_answer, none[1]])
    # Of the same second, credits come first: what is drawn then was there.
    order = np.argsort(known, kind="stable")
    tied = np.zeros(len(order), dtype=bool)
    tied[1:] = known[order[1:]] == known[order[:-1]]
    ties.settle_numbers(order, tied, -amount)
    rank = np.where(row >= 0, table.rank_of(np.maximum(row, 0)), answers.rank_of(np.maximum(answer, 0)))
    ties.settle_numbers(order, tied, rank.astype(np.float64))
    _, by_holder = kernels.group_rows(holder[order].astype(np.int32), int(holder.max(initial=-1)) + 1)
    order = order[by_holder]
    return _Entries(holder[order], known[order], amount[order], row[order], answer[order])


def _more(kept: Kept, since: Since, table: LedgerTable) -> Kept | None:
    """Put what arrived among the entries of its holders; None where a holder of old rows changed."""
    if since.of("settlements.holder") != NEVER or since.of("card_transactions.holder") != NEVER:
        return None
    answers, room = table.ledger.tables["settlements"], kept.room
    new = _entries(table, kept.answers, kept.debits)
    place_of_answer = room["place_of_answer"]
    place_of_answer.add(np.full(answers.rows - kept.answers, -1, dtype=np.int64))
    kept.answers, kept.debits = answers.rows, table.rows
    size = max(len(kept.flow.starts), int(new.holder.max(initial=-1)) + 1)
    for name in ("starts", "ends"):
        room[name].add(np.zeros(size - len(room[name]), dtype=np.int32))
    starts, ends = room["starts"].own(), room["ends"].own()
    cuts = np.append(np.flatnonzero(np.diff(new.holder, prepend=-1)), len(new.holder)).astype(np.int64)
    ranks = table.rank_of(np.maximum(new.row, 0)), answers.rank_of(np.maximum(new.answer, 0))
    new_rank = np.where(new.row >= 0, *ranks)
    holders = new.holder[cuts[:-1]]
    spans = np.diff(cuts) + ends[holders] - starts[holders] if len(holders) else np.zeros(0, np.int64)
    for name in BY_PLACE:
        room[name].resize(max(len(room[name]), kept.used + int((2 * spans + flowing.LEAST).sum())))
    place = {name: room[name].own() for name in BY_PLACE}
    kept.used = flowing.put_in(
        holders, cuts, new.known, new.amount, new.row, new.answer, new_rank.astype(np.int64),
        _rank(table), _rank(answers), starts, ends, kept.used, kept.base,
        place["known"], place["amount"], place["piled"], place["piled_fen"], place["row"], place["answer"],
        place["next_debit"], place["debit_before"], place_of_answer.own(),
    )  # fmt: skip
    kept.flow = Flow(**{name: grown.values for name, grown in room.items()})
    return kept


def _rank(table: LedgerTable) -> Int32:
    """Ranks of a table's rows, empty where they are their numbers."""
    found: Int32 = getattr(table, "rank", np.empty(0, np.int32))
    return found


@extended_by(_more)
def _build(table: LedgerTable) -> Kept:
    """Every part is kept beside the data: at ten million answers building them takes seconds."""
    made: dict[str, NDArray[np.generic]] = {}

    def part(name: str) -> NDArray[np.generic]:
        def make() -> NDArray[np.generic]:
            if not made:
                made.update(_arrays(table))
            return made[name]

        return table.keep(f"flow-{name}", make, by_code=True)

    # Read here too, for a ledger that finds the parts on disk notes nothing else.
    answers = table.ledger.tables["settlements"]
    answers.derived("holder", answered_holder)
    table.derived("holder", holder_of_row)
    parts = {name: part(name) for name in ("starts", "ends", *BY_PLACE, "place_of_answer")}
    flow = Flow(**parts)  # type: ignore[arg-type]
    places = len(flow.known)
    return Kept(flow, {n: Growing(v) for n, v in parts.items()}, answers.rows, table.rows, places, places)


def _arrays(table: LedgerTable) -> dict[str, NDArray[np.generic]]:
    """The parts of `Flow` by name."""
    found = _entries(table, 0, 0)
    offsets = np.searchsorted(found.holder, np.arange(int(found.holder.max(initial=-1)) + 2)).astype(np.int32)
    places, answered = len(found.known), found.answer >= 0
    piled, fen = np.zeros(places), np.zeros(places)
    ahead, behind = np.full(places, -1, dtype=np.int64), np.full(places, -1, dtype=np.int64)
    starts, ends = offsets[:-1], offsets[1:]
    flowing.beside(0, len(starts), starts, ends, found.amount, piled, fen, ahead, behind)
    place_of_answer = np.full(table.ledger.tables["settlements"].rows, -1, dtype=np.int64)
    place_of_answer[found.answer[answered]] = np.flatnonzero(answered)
    return {
        "starts": starts, "ends": ends, "known": found.known, "amount": found.amount, "piled": piled,
        "piled_fen": fen, "row": found.row, "answer": found.answer, "next_debit": ahead, "debit_before": behind,
        "place_of_answer": place_of_answer,
    }  # fmt: skip


def flow(ledger: Ledger) -> Flow:
    """All credits and debits of the ledger, built at first use."""
    table = ledger.tables["card_transactions"]
    return index_memo(table.index(("card_id",)), "flow", partial(_build, table)).flow
