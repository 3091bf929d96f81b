"""People whose returned payments were sent again to this card in two years, this payment included."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View


def sent_again(view: View) -> Pairs:
    """Payments on record to the card that replace one that came back, for queries that are one themselves."""
    again = np.asarray(view.own("reissue_of"), dtype=np.int64) >= 0
    card = np.where(again, np.asarray(view.own("card_id"), dtype=np.int64), -1)
    paid = view.match("disbursements", {"card_id": card}, days=730)
    return paid.where(paid["reissue_of"] >= 0)


def _compute(view: View) -> Float:
    paid = view.memo(sent_again)
    number = paid.distinct(paid["person_id"])
    return np.where(np.asarray(view.own("reissue_of")) >= 0, number, np.nan)


other = world().paid("P3", at="2019-01-20", card_id="C6", reissue_of="X1")

count_reissue_payees_on_card_730d = Feature(
    name="count_reissue_payees_on_card_730d",
    title=("退回款补发至该卡的人数", "people whose returned payments were sent again to this card"),
    unit="count",
    null="none",
    needs=("disbursements.reissue_of",),
    compute=_compute,
    rests_on=lambda view: view.memo(sent_again),
    cases=(
        Case("the second person on the card", other.paid("P4", card_id="C6", reissue_of="X2"), 2.0),
        Case("the payee's own card", other.paid("P4", reissue_of="X2"), 1.0),
        Case("an ordinary payment", other.paid("P4", card_id="C6"), None),
    ),
)
