"""Share of the village's payments in the last 90 days that went to another card than the payee's payment before."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag, ratio
from features._world import world
from features.asof import LedgerTable, View
from features.asof.grows import by_row
from features.card import _previous
from features.card._moment import at_submission


@by_row()
def _changed(table: LedgerTable) -> Float:
    """1 where the payee's payment before went to another card, 0 where to the same, NaN for a first payment."""
    every = table.whole
    index = table.index(("person_id",))
    keys = np.asarray(table.column("person_id"), dtype=np.int64)
    row = _previous.before(index, every.known_at, every.superseded_at, keys, table.known_at, table.known_at)
    before = every.column("card_id")[np.maximum(row, 0)] if every.rows else row
    return np.where(row >= 0, table.column("card_id") != before, np.nan)


@by_row()
def _known_before(table: LedgerTable) -> Float:
    return flag(~np.isnan(table.derived("card_changed", _changed)))


def _then(view: View) -> Float:
    table = view.ledger.tables["disbursements"]
    table.derived("card_changed", _changed)
    table.derived("card_before_known", _known_before)
    village = view.unique("division_code")
    changed = village.running("disbursements", "division_code", days=90, of="card_changed")
    return village.spread(
        ratio(changed, village.running("disbursements", "division_code", days=90, of="card_before_known"))
    )


def _compute(view: View) -> Float:
    return _then(view.memo(at_submission))


share_village_changed_card_90d = Feature(
    name="share_village_changed_card_90d",
    title=("本村近90天换卡发放占比", "share of the village's payments that changed card"),
    unit="share",
    null="none",
    needs=(),
    compute=_compute,
    cases=(
        Case("no payment before", world().paid("P1"), None),
        Case(
            "one of two changed",
            world()
            .paid("P1", at="2019-03-20")
            .paid("P3", at="2019-03-20")
            .paid("P1", at="2019-04-19")
            .paid("P3", card_id="C4"),
            0.5,
        ),
    ),
)
