"""Whether the number paid is one slip (a character, or two neighbours changed about) from a registered member's."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.person._identity import PSEUDONYM, identities, near
from features.person._register import members


def _slips(view: View) -> Pairs:
    """Members of the household whose number is one slip from the number paid."""
    found = members(view)
    facts = identities(view)
    paid = np.asarray(found.own("person_id"), dtype=np.int64)
    listed = found["person_id"].astype(np.int64)
    written = (facts.form[paid] != PSEUDONYM) & (facts.form[listed] != PSEUDONYM) & (paid != listed)
    alike = np.zeros(len(found), dtype=bool)
    alike[written] = near(facts.characters[paid[written]], facts.characters[listed[written]])
    return found.where(alike)


def _compute(view: View) -> Float:
    return _slips(view).any()


listed = world().add("persons", person_id="519901194503100014", name="王七", household_id="H7")

is_identity_slip_of_member = Feature(
    name="is_identity_slip_of_member",
    title=("与同户成员号码仅一处笔误", "one slip from the number of a household member"),
    unit="flag",
    null="none",
    needs=("persons.household_id",),
    compute=_compute,
    rests_on=_slips,
    cases=(
        Case("one digit is another", listed.paid("519901194503100114", household_id="H7"), 1.0),
        Case("two neighbours changed about", listed.paid("519901194530100014", household_id="H7"), 1.0),
        Case("the registered number itself", listed.paid("519901194503100014"), 0.0),
        Case("a member of another household", listed.paid("519901194503100114", household_id="H2"), 0.0),
    ),
)
