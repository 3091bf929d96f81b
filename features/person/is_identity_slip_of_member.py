"""Whether the number paid is one slip from a registered member's, or the old 15-digit form of it."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.person._identity import GOOD, PSEUDONYM, alike, identities
from features.person._register import household_of, registered


def _slips(view: View) -> Pairs:
    """Members of the household whose number is one slip (or one reform) from the number paid."""
    facts = identities(view)
    suspicious = ~np.isin(facts.form[np.asarray(view.own("person_id"), dtype=np.int64)], (PSEUDONYM, GOOD))
    suspicious |= registered(view).row < 0
    # Of a good, registered number nothing needs explaining.
    found = view.match("persons", {"household_id": np.where(suspicious, household_of(view), -1)})
    paid = np.asarray(found.own("person_id"), dtype=np.int64)
    listed = found["person_id"].astype(np.int64)
    written = (facts.form[paid] != PSEUDONYM) & (facts.form[listed] != PSEUDONYM) & (paid != listed)
    return found.where(written & alike(facts.characters, facts.form, paid, listed))


def _compute(view: View) -> Float:
    return _slips(view).any()


listed = world().add("persons", person_id="519901194503100014", name="王七", household_id="H7")

is_identity_slip_of_member = Feature(
    name="is_identity_slip_of_member",
    title=("与同户成员号码仅一处笔误或为其旧号", "one slip from a household member's number, or its old form"),
    unit="flag",
    null="none",
    needs=("persons.household_id",),
    compute=_compute,
    rests_on=_slips,
    cases=(
        Case("one digit is another", listed.paid("519901194503100114", household_id="H7"), 1.0),
        Case("two neighbours changed about", listed.paid("519901194530100014", household_id="H7"), 1.0),
        Case("the 15-digit form", listed.paid("519901450310001", household_id="H7"), 1.0),
        Case("the registered number itself", listed.paid("519901194503100014"), 0.0),
        Case("a member of another household", listed.paid("519901194503100114", household_id="H2"), 0.0),
    ),
)
