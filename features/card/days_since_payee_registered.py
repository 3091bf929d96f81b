"""Days since somebody was last registered to be paid on this card."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.card._moment import at_submission, seen_from


def _registered(view: View) -> Pairs:
    events = view.match("card_events", "card_id")
    return events.where(events.is_("kind", "payee_registered"))


def _rows(view: View) -> Pairs:
    return seen_from(view, _registered(view.memo(at_submission)))


def _compute(view: View) -> Float:
    then = view.memo(at_submission)
    events = _registered(then)
    return then.day_at - events.max(events["at"])


days_since_payee_registered = Feature(
    name="days_since_payee_registered",
    title=("该卡登记收款人距今天数", "days since a payee was registered on the card"),
    unit="days",
    null="none",
    needs=("card_events",),
    compute=_compute,
    rests_on=_rows,
    cases=(
        Case("nobody was registered", world().paid("P1"), None),
        Case(
            "ten days before",
            world()
            .add("card_events", card_id="C3", at="2019-04-10T10:00:00", kind="payee_registered", value="PENSION")
            .paid("P1", card_id="C3", at="2019-04-20"),
            10.0,
        ),
    ),
)
