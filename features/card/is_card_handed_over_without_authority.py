"""Whether the card was handed to somebody whom no authorisation on record entitles."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.card import _people


def _rows(view: View) -> Pairs:
    events = view.match("card_events", "card_id")
    handed = events.where(events.is_("kind", "handed_to_proxy") & (events["actor_person_id"] >= 0))
    holder = np.asarray(view.lookup("cards", "holder_person_id", "card_id"), dtype=np.int64)
    asked = _people.sub(view, handed.query, {"person": holder[handed.query], "proxy": handed["actor_person_id"]})
    home, other = _people.household_of(asked, "person"), _people.household_of(asked, "proxy")
    near = (asked.own("person") == asked.own("proxy")) | ((home >= 0) & (home == other))
    near |= _people.authorised(asked, "person", "proxy") | _people.are_kin(asked, "person", "proxy")
    return handed.where(~near)


def _compute(view: View) -> Float:
    return _rows(view).any()


is_card_handed_over_without_authority = Feature(
    name="is_card_handed_over_without_authority",
    title=("卡交他人保管且无登记授权", "card handed to somebody without authority"),
    unit="flag",
    null="none",
    needs=("card_events", "authorizations"),
    compute=_compute,
    rests_on=_rows,
    cases=(
        Case("nobody else holds it", world().paid("P1"), 0.0),
        Case(
            "handed to a neighbour",
            world().add("card_events", card_id="C1", kind="handed_to_proxy", actor_person_id="P3").paid("P1"),
            1.0,
        ),
        Case(
            "the neighbour is authorised",
            world()
            .add("authorizations", person_id="P1", proxy_id="P3")
            .add("card_events", card_id="C1", kind="handed_to_proxy", actor_person_id="P3")
            .paid("P1"),
            0.0,
        ),
    ),
)
