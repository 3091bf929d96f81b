"""Earlier machine buyers of the village who each passed most of the subsidy on to one and the same card within 30 days.

The largest number over receiving cards, over three years; a dealer's card shows as several buyers.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Cells, Pairs, View
from features.asof import _reduce as reduce
from features.asof._cells import number_rows
from features.program.is_machine_item import is_machine_item

WINDOW_DAYS = 1095
WITHIN_DAYS = 30.0
MOST = 0.5


def _passed_on(view: View) -> Pairs:
    """Transfers of village buyers to the card that received from most of them."""
    cells = view.memo(_cells)
    bought = cells.match("disbursements", ("division_code", "program_id"), days=WINDOW_DAYS)
    bought = bought.where(cells.own("buying")[bought.query] > 0)
    cards = View(view.ledger, cells.at[bought.query], None, {"card_id": bought["card_id"].astype(np.int64)})
    moved = cards.match("card_transactions", "card_id", days=WINDOW_DAYS)
    paid_at, paid = bought["submitted_at"][moved.query], bought["amount"][moved.query]
    wait = moved["at"] - paid_at
    chosen = moved.is_("kind", "transfer_out") & (moved["counterparty_card_id"] >= 0)
    chosen &= (wait >= 0) & (wait <= WITHIN_DAYS) & (moved["amount"] >= MOST * paid)
    return Pairs(cells, "card_transactions", bought.query[moved.query[chosen]], moved.row[chosen])


def _cells(view: View) -> Cells:
    buying = (is_machine_item.of(view) > 0).astype(np.int64)
    return view.unique(
        np.where(buying > 0, np.asarray(view.own("division_code"), dtype=np.int64), -1),
        np.where(buying > 0, np.asarray(view.own("program_id"), dtype=np.int64), -1),
        buying,
        names=("division_code", "program_id", "buying"),
    )


def _compute(view: View) -> Float:
    cells = view.memo(_cells)
    moved = view.memo(_passed_on)
    to, source = moved["counterparty_card_id"].astype(np.int64), moved["card_id"].astype(np.int64)
    most = np.zeros(cells.n)
    first, same = number_rows([moved.query.astype(np.int64), to])
    buyers = reduce.distinct(same.astype(np.int32), source.astype(np.float64), len(first))
    np.maximum.at(most, moved.query[first], buyers)
    return np.where(is_machine_item.of(view) > 0, cells.spread(most), np.nan)


bought = world()
for person in ("P1", "P3"):
    bought = bought.paid(person, "MACHINE", at="2018-08-20", amount="5600.00").add(
        "card_transactions", card_id=person.replace("P", "C"), kind="transfer_out", at="2018-08-27T10:00:00",
        amount="5200.00", counterparty_card_id="C6",
    )  # fmt: skip

count_village_buyers_paying_one_card_1095d = Feature(
    name="count_village_buyers_paying_one_card_1095d",
    title=("三年内本村购机户转款至同一卡的人数", "earlier village buyers who paid one card"),
    unit="count",
    null="none",
    needs=("card_transactions", "card_transactions.counterparty_card_id", "programs.holding_kind"),
    uses=(is_machine_item,),
    compute=_compute,
    cases=(
        Case("two earlier buyers paid one card", bought.paid("P4", "MACHINE"), 2.0),
        Case("another village", bought.paid("P6", "MACHINE"), 0.0),
        Case("not a machine", bought.paid("P4", "LAND"), None),
    ),
)
