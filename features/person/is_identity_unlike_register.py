"""Whether the birth date inside the identity number differs from the registered one."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.person._identity import PSEUDONYM, identities
from features.person._register import registered


def _compute(view: View) -> Float:
    by_number = identities(view).birth[np.asarray(view.own("person_id"), dtype=np.int64)]
    by_register = registered(view).birth
    written = identities(view).form[np.asarray(view.own("person_id"), dtype=np.int64)] != PSEUDONYM
    # A number that holds an impossible date cannot agree with any.
    return np.where(np.isnan(by_register) | ~written, np.nan, by_number != by_register)


def _rests_on(view: View) -> Pairs:
    return view.match("persons", "person_id")


someone = world().add("persons", person_id="519901194503100014", name="王七", birth_date="1945-03-10")

is_identity_unlike_register = Feature(
    name="is_identity_unlike_register",
    title=("身份号码与登记出生日期不一致", "birth date in the number differs from the register"),
    unit="flag",
    null="none",
    needs=("persons.birth_date",),
    compute=_compute,
    rests_on=_rests_on,
    cases=(
        Case("agrees", someone.paid("519901194503100014"), 0.0),
        Case(
            "a slip in the year",
            someone.change("persons", "person_id", "519901194503100014", birth_date="1954-03-10").paid(
                "519901194503100014"
            ),
            1.0,
        ),
        Case("nobody registered", world().paid("519901194503100014"), None),
    ),
)
