"""Whether the person paid never held a certificate of the kind the item asks for, by what is on record."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.person._certificates import needed_certificates
from features.program._item import item_is, needed_kind


def _compute(view: View) -> Float:
    asks = (needed_kind(view, "certificate_kind", "certificates") >= 0) & item_is(view, "paid_per", "person")
    return np.where(asks, needed_certificates(view).count() == 0, np.nan)


is_certificate_missing = Feature(
    name="is_certificate_missing",
    title=("无所需证件", "no certificate of the kind required"),
    unit="flag",
    null="none",
    needs=("certificates", "programs.certificate_kind"),
    compute=_compute,
    cases=(
        Case("none on record", world().paid("P3", "DISABLED"), 1.0),
        Case(
            "one that ended",
            world().add("certificates", person_id="P3", valid_to="2018-12-31").paid("P3", "DISABLED"),
            0.0,
        ),
        Case(
            "recorded only later",
            world().add("certificates", person_id="P3", recorded_at="2019-06-01").paid("P3", "DISABLED"),
            1.0,
        ),
        Case("an item that asks for none", world().paid("P3"), None),
    ),
)
