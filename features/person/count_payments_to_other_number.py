"""Standing payments of the same item for an overlapping period to another number of the same person."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._same_item import standing
from features.person._register import sub_view
from features.person._twins import second_number, twins
from features.program._item import item_is


def _payments(view: View) -> Pairs:
    """Lines paid to the other number (rows of `disbursements`, by query of `view`)."""
    return view.memo(_lines)


def _lines(view: View) -> Pairs:
    other = twins(view)
    other = other.where(second_number(other) & item_is(view, "paid_per", "person")[other.query])
    inner = sub_view(other, {"person_id": other["person_id"], "program_id": other.own("program_id")})
    lines = inner.match("disbursements", ("person_id", "program_id"))
    query = other.query[lines.query]
    found = Pairs(view, "disbursements", query, lines.row)
    shared = (found.period_from() <= view.period_to()[query]) & (found.period_to() >= view.period_from()[query])
    return standing(found.where(shared))


def _compute(view: View) -> Float:
    return np.asarray(_payments(view).count())


old = "519901450310001"
new = "519901194503100014"
both = (
    world()
    .add("persons", person_id=new, name="赵七", household_id="H7", birth_date="1945-03-10")
    .add("persons", person_id=old, name="赵七", household_id="H7", birth_date="1945-03-10", recorded_at="2017-02-01")
    .paid(new, period="2019-04", at="2019-04-20T10:00:00")
)

count_payments_to_other_number = Feature(
    name="count_payments_to_other_number",
    title=("同一人另一号码同期已发放笔数", "payments for the period to the person's other number"),
    unit="count",
    null="none",
    needs=("persons.birth_date", "persons.household_id", "persons.recorded_at"),
    compute=_compute,
    rests_on=_payments,
    cases=(
        Case("both numbers on the same run", both.paid(old, period="2019-04", at="2019-04-20T10:00:00"), 1.0),
        Case("another period", both.paid(old, period="2019-05", at="2019-05-20T10:00:00"), 0.0),
        Case(
            "the first payment came back",
            both.add("settlements", disbursement_id="D1", status="returned", at="2019-04-21").paid(
                old, period="2019-04", at="2019-04-25"
            ),
            0.0,
        ),
        Case("an item of the household", both.paid(new, "LAND").paid(old, "LAND"), 0.0),
    ),
)
