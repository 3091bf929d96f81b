"""Grades by which the heaviest valid certificate falls short of the item's lightest one (0: qualifies)."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.person._certificates import valid_certificates
from features.program._item import item


def _compute(view: View) -> Float:
    found = valid_certificates(view)
    return np.maximum(found.min(found["grade"]) - item(view, "max_grade"), 0.0)


count_grades_too_light = Feature(
    name="count_grades_too_light",
    title=("证件等级低于要求的级数", "grades short of the grade required"),
    unit="count",
    null="none",
    needs=("certificates.grade", "programs.certificate_kind", "programs.max_grade"),
    compute=_compute,
    rests_on=valid_certificates,
    cases=(
        Case(
            "grade 4 where 2 is the lightest",
            world().add("certificates", person_id="P3", grade=4).paid("P3", "DISABLED"),
            2.0,
        ),
        Case("grade 1", world().add("certificates", person_id="P3", grade=1).paid("P3", "DISABLED"), 0.0),
        Case("no valid certificate", world().paid("P3", "DISABLED"), None),
    ),
)
