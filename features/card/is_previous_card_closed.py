"""Whether the card of the payee's last payment has been closed, lost or replaced since."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.card import _previous
from features.card._moment import at_submission


def _then(view: View) -> Float:
    row = view.memo(_previous.previous_of_person)
    card = view.at_rows("disbursements", "card_id", row)
    closed = np.asarray(view.lookup("cards", "closed_on", {"card_id": card}), dtype=np.float64)
    gone = ~np.isnan(closed) & (closed <= view.day_at)
    if view.has("card_events"):
        events = view.match("card_events", {"card_id": card})
        gone |= events.where(events.is_("kind", "replaced", "reported_lost", "closed")).count() > 0
    return np.where(row >= 0, flag(gone), np.nan)


def _compute(view: View) -> Float:
    return _then(view.memo(at_submission))


is_previous_card_closed = Feature(
    name="is_previous_card_closed",
    title=("原收款卡已注销、挂失或更换", "previous card closed, lost or replaced"),
    unit="flag",
    null="none",
    needs=("cards",),
    compute=_compute,
    cases=(
        Case("first payment", world().paid("P1"), None),
        Case("open", world().paid("P1", at="2019-03-20").paid("P1"), 0.0),
        Case(
            "closed in between",
            world()
            .change("cards", "card_id", "C1", closed_on="2019-04-01")
            .paid("P1", at="2019-03-20")
            .paid("P1", card_id="C3"),
            1.0,
        ),
        Case(
            "closed later",
            world()
            .change("cards", "card_id", "C1", closed_on="2019-06-01")
            .paid("P1", at="2019-03-20")
            .paid("P1", card_id="C3"),
            0.0,
        ),
        Case(
            "reported lost",
            world()
            .paid("P1", at="2019-03-20")
            .add("card_events", card_id="C1", at="2019-04-01", kind="reported_lost")
            .paid("P1", card_id="C3"),
            1.0,
        ),
    ),
)
