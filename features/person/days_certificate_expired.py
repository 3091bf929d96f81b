"""Days from the end of the last certificate the item asks for to the period, where none was valid in it."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.person._certificates import needed_certificates, valid_certificates


def _compute(view: View) -> Float:
    found = needed_certificates(view)
    days = view.period_from() - found.max(found["valid_to"])
    return np.where((valid_certificates(view).count() == 0) & (days > 0), days, np.nan)


ended = world().add("certificates", person_id="P3", valid_to="2018-12-31")

days_certificate_expired = Feature(
    name="days_certificate_expired",
    title=("证件到期后的天数", "days since the certificate ended"),
    unit="days",
    null="none",
    needs=("certificates", "programs.certificate_kind"),
    compute=_compute,
    rests_on=needed_certificates,
    cases=(
        Case("ended a quarter before", ended.paid("P3", "DISABLED", period="2019-04"), 91.0),
        Case(
            "renewed without a gap",
            ended.add("certificates", person_id="P3", valid_from="2019-01-01", recorded_at="2019-02-01").paid(
                "P3", "DISABLED", period="2019-04"
            ),
            None,
        ),
        Case("never had one", world().paid("P3", "DISABLED"), None),
        Case("an item that asks for none", ended.paid("P3"), None),
    ),
)
