"""Share of the item's payments in the last 365 days that went to cards of the same kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import LedgerTable, View
from features.asof.group_index import latest_row
from features.asof.grows import by_row
from features.card import _holder
from features.card._moment import at_submission


@by_row()
def _kind(table: LedgerTable) -> NDArray[np.int32]:
    """Kind of the card paid to, as on record when the row was submitted; -1 not on record."""
    cards = table.ledger.tables["cards"]
    if cards.rows == 0:
        return np.full(table.rows, -1, dtype=np.int32)
    index = cards.index(("card_id",))
    groups = index.lookup([np.asarray(table.column("card_id"), dtype=np.int64)])
    row = latest_row(cards, index, groups, table.known_at)
    return np.where(row >= 0, cards.column("kind")[np.maximum(row, 0)], -1).astype(np.int32)


def _then(view: View) -> Float:
    view.ledger.tables["disbursements"].derived("card_kind", _kind)
    kind = np.nan_to_num(_holder.card_fact(view, "kind"), nan=-1).astype(np.int64)
    cell = view.unique("program_id", kind, names=("program_id", "card_kind"))
    same = cell.running("disbursements", ("program_id", "card_kind"), days=365)
    return cell.spread(
        np.where(cell.own("card_kind") >= 0, ratio(same, cell.running("disbursements", "program_id", days=365)), np.nan)
    )


def _compute(view: View) -> Float:
    return _then(view.memo(at_submission))


share_card_kind_in_program_365d = Feature(
    name="share_card_kind_in_program_365d",
    title=("同项目近一年使用同类卡的占比", "share of the item paid to this kind of card"),
    unit="share",
    null="none",
    needs=("cards",),
    compute=_compute,
    cases=(
        Case("the only payment so far", world().paid("P1"), 1.0),
        Case(
            "a debit card among social-security cards",
            world()
            .change("cards", "card_id", "C3", kind="debit")
            .paid("P1", at="2019-03-20")
            .paid("P4", at="2019-03-20")
            .paid("P5", at="2019-03-20")
            .paid("P3"),
            0.25,
        ),
        Case("not on record", world().paid("P1", card_id="C99"), None),
    ),
)
