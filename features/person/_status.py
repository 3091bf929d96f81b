"""What departments reported of the person paid: deaths, prison, public payroll, departures."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.asof import LedgerTable, Pairs, View

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

VILLAGE_WORDS = ("village", "clerk", "committee", "self", "村")
"""Words in the name of a source that say the paper came from the village or from the family itself."""


POST_WORDS = ("village", "temporary", "casual", "公益性岗位", "村", "临时")
"""Words in the name of a source that say the post is a village post or a temporary one, not the public payroll."""

GONE_WORDS = ("closed", "scrap", "adapted", "cancel", "注销", "报废", "改装")
"""Words in the name of a source that say the thing is gone, or serves a disability."""


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


def sourced(found: Pairs, words: tuple[str, ...]) -> Bool:
    """Whether the name of each event's source holds one of the words; false where no source is named."""
    said = found.derived(f"sourced_{_SETS[words]}", partial(_sourced, words))
    return np.asarray(said > 0, dtype=np.bool_)


def _sourced(words: tuple[str, ...], events: LedgerTable) -> Float:
    """1.0 where the name of a row's source holds one of the words. For `derived` of `civil_events`."""
    names = events.ledger.vocabulary("source").values.to_pylist()
    holds = np.array([any(word in str(name).lower() for word in words) for name in names] + [False])
    return holds[events.column("source").astype(np.int64)].astype(np.float64)


_SETS = {VILLAGE_WORDS: "village", POST_WORDS: "post", GONE_WORDS: "gone"}
"""Short names of the sets of words, for what is kept beside the data."""


def departmental(found: Pairs) -> Bool:
    """Whether each event came from a source other than the village or the family; shape (pairs,).

    An event whose source is not named counts as departmental.
    """
    return ~sourced(found, VILLAGE_WORDS)


def spell(view: View, begins: str, ends: str, but: tuple[str, ...] = ()) -> Spell:
    """The latest spell begun by the end of the period, and the first end after its beginning.

    `but`: events of sources whose name holds one of these words do not count.
    """
    found = events(view, begins, ends)
    if but:
        found = found.where(~sourced(found, but))
    last_day = view.period_to()[found.query]
    begun = found.where(found.is_("kind", begins) & (found["effective_on"] <= last_day))
    start = begun.max(begun["effective_on"])
    ended = found.where(found.is_("kind", ends) & (found["effective_on"] >= start[found.query]))
    return Spell(start, ended.min(ended["effective_on"]))


def prison(view: View) -> Spell:
    """Time in prison."""
    return spell(view, "imprisoned", "released")


def payroll(view: View) -> Spell:
    """Time on the public payroll; village and temporary posts are none."""
    return spell(view, "public_payroll_start", "public_payroll_end", POST_WORDS)
