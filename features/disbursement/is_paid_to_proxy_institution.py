"""Whether the card paid is held by an institution that cares for the person (an authorisation in force)."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View


def _authorizations(view: View) -> Pairs:
    found = view.match("authorizations", "person_id")
    holder = np.asarray(view.lookup("cards", "holder_person_id", "card_id"))
    good = found.is_("kind", "institution") & (found["proxy_id"].astype(np.int64) == holder[found.query])
    in_force = (found["from_date"] <= found.at) & ~(found["to_date"] < np.floor(found.at))
    return found.where(good & in_force)


def _compute(view: View) -> Float:
    return _authorizations(view).any()


cared_for = (
    world()
    .add("cards", card_id="CI", holder_person_id="HOME1", kind="institution")
    .add("authorizations", person_id="P1", proxy_id="HOME1", kind="institution")
)

is_paid_to_proxy_institution = Feature(
    name="is_paid_to_proxy_institution",
    title=("发至供养机构账户", "paid to the institution that cares for the person"),
    unit="flag",
    null="none",
    needs=("authorizations", "cards"),
    compute=_compute,
    rests_on=_authorizations,
    cases=(
        Case("the institution's card", cared_for.paid("P1", card_id="CI"), 1.0),
        Case("the person's own card", cared_for.paid("P1"), 0.0),
        Case(
            "the authorisation ended",
            cared_for.change("authorizations", "person_id", "P1", to_date="2018-01-31").paid("P1", card_id="CI"),
            0.0,
        ),
    ),
)
