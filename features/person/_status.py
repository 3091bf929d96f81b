"""What departments reported of the person paid: deaths, prison, public payroll, departures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.asof import Pairs, View

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

VILLAGE_WORDS = ("village", "clerk", "committee", "self", "村")
"""Words in the name of a source that say the paper came from the village or from the family itself."""


class Spell(NamedTuple):
    """The latest spell that began before the period's last day: local days, `to` NaN while it lasts; shape (n,)."""

    begun: Float
    to: Float


def events(view: View, *kinds: str) -> Pairs:
    """Civil events of these kinds about the person paid."""
    found = view.match("civil_events", "person_id")
    return found.where(found.is_("kind", *kinds))


def deaths(view: View) -> Pairs:
    """Deaths of the person paid."""
    return events(view, "death")


def departmental(found: Pairs) -> Bool:
    """Whether each event came from a source other than the village or the family; shape (pairs,).

    An event whose source is not named counts as departmental.
    """
    names = found.view.ledger.vocabulary("source").values.to_pylist()
    own_paper = np.array([any(word in str(name).lower() for word in VILLAGE_WORDS) for name in names] + [False])
    return ~own_paper[found["source"].astype(np.int64)]


def spell(view: View, begins: str, ends: str) -> Spell:
    """The latest spell begun by the end of the period paid for, and the first end after its beginning."""
    found = events(view, begins, ends)
    last_day = view.period_to()[found.query]
    begun = found.where(found.is_("kind", begins) & (found["effective_on"] <= last_day))
    start = begun.max(begun["effective_on"])
    ended = found.where(found.is_("kind", ends) & (found["effective_on"] >= start[found.query]))
    return Spell(start, ended.min(ended["effective_on"]))


def prison(view: View) -> Spell:
    """Time in prison."""
    return spell(view, "imprisoned", "released")


def payroll(view: View) -> Spell:
    """Time on the public payroll."""
    return spell(view, "public_payroll_start", "public_payroll_end")
