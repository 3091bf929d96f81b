"""Things of value that members of the household acquired, from other departments' records."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import Pairs, View
from features.person._register import household_of, sub_view
from features.person._status import GONE_WORDS, sourced
from features.program._item import item_flag

Float = NDArray[np.float64]


def members_if_means_tested(view: View) -> Pairs:
    """Members of the household of a means-tested line; nobody for other lines."""
    return view.memo(_members)


def _members(view: View) -> Pairs:
    return view.match("persons", {"household_id": np.where(item_flag(view, "means_tested"), household_of(view), -1)})


def acquired(view: View) -> Pairs:
    """Civil events of members of the household of a means-tested line (rows of `civil_events`)."""
    return view.memo(_acquired)


def _acquired(view: View) -> Pairs:
    people = members_if_means_tested(view)
    inner = sub_view(people, {"person_id": people["person_id"]})
    found = inner.match("civil_events", "person_id")
    return Pairs(view, "civil_events", people.query[found.query], found.row)


def bought(view: View, kind: str) -> Pairs:
    """Events of one kind that happened before the period paid for, the thing still being there as far as told."""
    found = acquired(view)
    before = found["effective_on"] < view.period_from()[found.query]
    return found.where(found.is_("kind", kind) & before & ~sourced(found, GONE_WORDS))


def days_since_bought(view: View, kind: str) -> Float:
    """Days from the latest such event to the first day of the period, NaN where there is none; shape (n,)."""
    found = bought(view, kind)
    return np.asarray(view.period_from() - found.max(found["effective_on"]))
