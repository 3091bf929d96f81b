"""Who did something to a card."""

from __future__ import annotations

import numpy as np

from features.asof import Pairs, View
from features.card import _people


def by_strangers(view: View, kind: str) -> Pairs:
    """Events of a kind on the card, done by somebody who is neither holder, family, kin nor helper on record."""
    events = view.match("card_events", "card_id")
    done = events.where(events.is_("kind", kind) & (events["actor_person_id"] >= 0))
    holder = np.asarray(view.lookup("cards", "holder_person_id", "card_id"), dtype=np.int64)[done.query]
    other = (holder >= 0) & (holder != done["actor_person_id"])
    done, holder = done.where(other), holder[other]
    asked = _people.sub(view, done.query, {"one": holder, "other": done["actor_person_id"]})
    return done.where(_people.unrelated(asked, "one", "other"))
