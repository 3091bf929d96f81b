"""Earlier standing lines in the same village for the same person, item, period, application and amount."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._places import current
from features.disbursement._same_item import earlier, lines_of_period


def _lines(view: View) -> Pairs:
    found = earlier(lines_of_period(view))
    same = found["amount"] == found.own("amount")
    same &= found["application_id"].astype(np.int64) == found.own("application_id")
    same &= current(view, found["division_code"]) == current(view, found.own("division_code"))
    # A re-issue names the line it replaces.
    same &= found["disbursement_id"].astype(np.int64) != found.own("reissue_of")
    return found.where(same)


def _compute(view: View) -> Float:
    return _lines(view).count()


once = world().paid("P1", application_id="A1", at="2019-04-10")

count_lines_before_for_period = Feature(
    name="count_lines_before_for_period",
    title=("同人同项同期已有发放笔数", "earlier lines for the same person, item and period"),
    unit="count",
    null="none",
    needs=(),
    compute=_compute,
    rests_on=_lines,
    cases=(
        Case("the same line again", once.paid("P1", application_id="A1"), 1.0),
        Case(
            "the first came back",
            once.add("settlements", disbursement_id="D1", status="returned", at="2019-04-12").paid(
                "P1", application_id="A1", reissue_of="D1"
            ),
            0.0,
        ),
        Case("the second instalment, of another amount", once.paid("P1", application_id="A1", amount="35.00"), 0.0),
        Case("the second parcel, on an application of its own", once.paid("P1", application_id="A2"), 0.0),
        Case("another month", once.paid("P1", application_id="A1", period="2019-05"), 0.0),
    ),
)
