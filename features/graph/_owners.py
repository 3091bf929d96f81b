"""Whose card a transaction, a card event or a bank answer is about: columns derived once for a ledger."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import LedgerTable
from features.asof.group_index import latest_row
from features.asof.grows import by_row

Codes = NDArray[np.int32]


@by_row()
def holder_of_row(table: LedgerTable) -> Codes:
    """Holder of the row's `card_id`, from the card as it was on record by then; -1 unknown. For `derived`."""
    cards = table.ledger.tables.get("cards")
    if cards is None or cards.rows == 0:
        return np.full(table.rows, -1, dtype=np.int32)
    index = cards.index(("card_id",))
    groups = index.lookup([np.asarray(table.column("card_id"), dtype=np.int64)])
    row = latest_row(cards, index, groups, table.known_at)
    holders = cards.column("holder_person_id")
    return np.where(row >= 0, holders[np.maximum(row, 0)], -1).astype(np.int32)


@by_row()
def payment_of_answer(table: LedgerTable) -> Codes:
    """Row of `disbursements` behind each bank answer, as on record by then; -1 unknown. For `derived`."""
    payments = table.ledger.tables["disbursements"]
    index = payments.index(("disbursement_id",))
    groups = index.lookup([np.asarray(table.column("disbursement_id"), dtype=np.int64)])
    found = latest_row(payments, index, groups, table.known_at)
    return np.asarray(found, dtype=np.int32)


def answer_fact(table: LedgerTable, column: str) -> Codes:
    """A code column of the payment behind each bank answer; -1 unknown."""
    row = np.asarray(table.derived("payment", payment_of_answer), dtype=np.int64)
    values = table.ledger.tables["disbursements"].column(column)
    if len(values) == 0:
        return np.full(table.rows, -1, dtype=np.int32)
    return np.where(row >= 0, values[np.maximum(row, 0)], -1).astype(np.int32)


@by_row()
def answered_card(table: LedgerTable) -> Codes:
    """Card of the payment behind each bank answer. For `derived`."""
    return answer_fact(table, "card_id")


@by_row()
def answered_person(table: LedgerTable) -> Codes:
    """Person of the payment behind each bank answer. For `derived`."""
    return answer_fact(table, "person_id")


@by_row()
def cash_outlet(table: LedgerTable) -> Codes:
    """Outlet of cash withdrawals, -1 for anything else. For `derived` of `card_transactions`."""
    cash = np.asarray(table.column("kind")) == table.schema.column("kind").values.index("cash_withdrawal")
    return np.where(cash, table.column("outlet_id"), -1).astype(np.int32)


@by_row()
def cash_holder(table: LedgerTable) -> Codes:
    """Holder of the card of cash withdrawals at a known outlet, -1 for anything else. For `derived`."""
    outlet = np.asarray(table.derived("cash_outlet", cash_outlet), dtype=np.int64)
    return np.where(outlet >= 0, table.derived("holder", holder_of_row), -1).astype(np.int32)
