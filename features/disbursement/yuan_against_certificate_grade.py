"""Amount paid minus what the rates give for the heaviest grade the person's certificates had in the period."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.person._certificates import valid_certificates


def _rates(view: View) -> Pairs:
    """Rates in force in the period for that grade."""
    held = valid_certificates(view)
    grade = held.min(held["grade"])
    asked = np.where(np.isnan(grade), -1, np.asarray(view.own("program_id")))
    rates = view.match("program_rates", {"program_id": asked})
    in_force = (rates["valid_from"] <= view.period_to()[rates.query]) & ~(
        rates["valid_to"] < view.period_from()[rates.query]
    )
    return rates.where(in_force & (rates["grade"] == grade[rates.query]))


def _compute(view: View) -> Float:
    rates = _rates(view)
    quantity, amount = view.own("quantity"), view.own("amount")
    low, high = rates.min(rates["rate"]) * quantity, rates.max(rates["rate"]) * quantity
    # One fen for rounding; a rate that changed within the period leaves a span.
    return np.where(
        amount > high + 1, amount - high, np.where(amount < low - 1, amount - low, np.where(np.isnan(low), np.nan, 0.0))
    )


def _rests_on(view: View) -> list[Pairs]:
    return [valid_certificates(view), _rates(view)]


graded = (
    world()
    .change("program_rates", "program_id", "DISABLED", grade=1, rate="80.00")
    .add("program_rates", program_id="DISABLED", grade=2, rate="50.00")
    .add("certificates", person_id="P3", grade=2)
)

yuan_against_certificate_grade = Feature(
    name="yuan_against_certificate_grade",
    title=("与证件等级对应标准的差额", "amount minus the rate of the certificate's grade"),
    unit="fen",
    null="none",
    needs=("certificates.grade", "program_rates.grade", "programs.certificate_kind", "disbursements.quantity"),
    compute=_compute,
    rests_on=_rests_on,
    cases=(
        Case("grade 2 paid as grade 1", graded.paid("P3", "DISABLED", amount="80.00"), 3000.0),
        Case("as its grade", graded.paid("P3", "DISABLED", amount="50.00"), 0.0),
        Case(
            "grade 1 paid as grade 2",
            graded.change("certificates", "person_id", "P3", grade=1).paid("P3", "DISABLED", amount="50.00"),
            -3000.0,
        ),
        Case("an item without certificate", graded.paid("P3"), None),
    ),
)
