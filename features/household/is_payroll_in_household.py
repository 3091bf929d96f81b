"""Whether another member of the household of a means-tested line was on the public payroll when the period began."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import Pairs, View
from features.household._assets import acquired
from features.person._status import POST_WORDS, sourced


def _events(view: View) -> Pairs:
    found = acquired(view)
    mine = found["person_id"].astype(np.int64) == found.own("person_id")
    before = found["effective_on"] < view.period_from()[found.query]
    of_kind = found.is_("kind", "public_payroll_start", "public_payroll_end") & ~sourced(found, POST_WORDS)
    return found.where(~mine & before & of_kind)


def _compute(view: View) -> Float:
    found = _events(view)
    started = found.where(found.is_("kind", "public_payroll_start")).count()
    ended = found.where(found.is_("kind", "public_payroll_end")).count()
    return flag(started > ended)


hired = world().event("P2", "public_payroll_start", on="2018-01-01")

is_payroll_in_household = Feature(
    name="is_payroll_in_household",
    title=("户内其他成员为财政供养人员", "another member is on the public payroll"),
    unit="flag",
    null="none",
    needs=("civil_events", "persons.household_id", "programs.means_tested"),
    compute=_compute,
    rests_on=_events,
    cases=(
        Case("the spouse is", hired.paid("P1", "DIBAO"), 1.0),
        Case(
            "the spouse left the post",
            hired.event("P2", "public_payroll_end", on="2019-01-01").paid("P1", "DIBAO"),
            0.0,
        ),
        Case("the person paid, not another", hired.paid("P2", "DIBAO"), 0.0),
    ),
)
