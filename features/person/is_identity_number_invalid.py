"""Whether the identity number of the person paid fails its own check digit or holds an impossible date."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.person._identity import BAD_CHECK, BAD_DATE, PSEUDONYM, identities


def _compute(view: View) -> Float:
    form = identities(view).form[np.asarray(view.own("person_id"), dtype=np.int64)]
    return np.where(form == PSEUDONYM, np.nan, np.isin(form, (BAD_CHECK, BAD_DATE)))


is_identity_number_invalid = Feature(
    name="is_identity_number_invalid",
    title=("身份号码校验不符", "identity number fails its check"),
    unit="flag",
    null="none",
    needs=(),
    compute=_compute,
    cases=(
        Case("a good number", world().paid("519901194503100014"), 0.0),
        Case("the check digit is another", world().paid("519901194503100015"), 1.0),
        Case("the thirteenth month", world().paid("519901194513100018"), 1.0),
        Case("a number of 15 digits has no check digit", world().paid("519901450310001"), 0.0),
        Case("a pseudonym says nothing", world().paid("P1"), None),
    ),
)
