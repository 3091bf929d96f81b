"""Where the payee draws cash, and who else draws cash there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import LedgerTable, Pairs, View
from features.asof._cells import number_rows
from features.asof.grows import by_row
from features.graph._owners import cash_holder, cash_outlet, holder_of_row

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]


@by_row()
def _village(table: LedgerTable) -> NDArray[np.int32]:
    """Village the register knew for the holder at the time of the transaction. For `derived`."""
    holder = np.asarray(table.derived("holder", holder_of_row), dtype=np.int64)
    asked = View(table.ledger, table.known_at, None, {"person_id": holder})
    return np.asarray(asked.lookup("persons", "division_code", "person_id"), dtype=np.int32)


def prepare(view: View) -> LedgerTable:
    """Derive the columns of `card_transactions` the other functions look up."""
    table = view.ledger.tables["card_transactions"]
    table.derived("holder", holder_of_row)
    table.derived("cash_outlet", cash_outlet)
    table.derived("cash_holder", cash_holder)
    table.derived("holder_village", _village)
    return table


def withdrawals(view: View) -> Pairs:
    """The payee's cash withdrawals at a known outlet in the last 365 days."""
    prepare(view)
    return view.match("card_transactions", {"cash_holder": view.own("person_id")}, days=365)


def main_outlet(view: View) -> tuple[Int64, Float]:
    """The outlet the payee used most in 365 days (-1 none), and the share of withdrawals made there.

    Of outlets used equally often, the one used last: the order of codes would depend on rows known later.
    """
    found = view.memo(withdrawals)
    table = view.ledger.tables["card_transactions"]
    outlet = np.asarray(table.derived("cash_outlet", cash_outlet), dtype=np.int64)[found.row]
    first, same = number_rows([found.query.astype(np.int64), outlet])
    times = np.bincount(same, minlength=len(first))
    last = np.zeros(len(first), dtype=np.int64)
    last[same] = np.arange(len(same))
    order = np.lexsort((last, times, found.query[first]))
    query, place = found.query[first][order], outlet[first][order]
    out, most = np.full(view.n, -1, dtype=np.int64), np.zeros(view.n)
    out[query] = place
    most[query] = times[order]
    total = found.count()
    return out, np.where(total > 0, most / np.maximum(total, 1.0), np.nan)


def people_there(view: View) -> tuple[Float, Float]:
    """Holders who drew cash at the payee's main outlet in 365 days, and those of them of the payee's village."""
    outlet, _ = view.memo(main_outlet)
    village = np.asarray(view.lookup("persons", "division_code", "person_id"), dtype=np.int64)
    cells = view.unique(outlet, village, names=("cash_outlet", "holder_village"))
    everybody = cells.distinct("card_transactions", "cash_outlet", of="holder", days=365)
    villagers = cells.distinct("card_transactions", ("cash_outlet", "holder_village"), of="holder", days=365)
    return cells.spread(everybody), cells.spread(villagers)
