"""The approval chain of each payment's application: whose hand and when, stage by stage."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features._feature import Float
from features.asof import Ledger, Pairs, View

STAGES = (
    "household_report",
    "village_assessment",
    "public_notice",
    "township_review",
    "county_determination",
    "finance_release",
)
VILLAGE_LEVEL = ("household_report", "village_assessment")
ABOVE_VILLAGE = ("township_review", "county_determination")
DECIDING = ("village_assessment", *ABOVE_VILLAGE)
"""Stages at which somebody judges the application; reporting, posting and releasing follow from it."""

NUMBER = 1 << 28
"""Added to the code of an official's number that is tied to no person, so that it is nobody's code."""

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Chain:
    """By stage name: the official (code, -1 unknown), the person behind that number (a hand, -1 unknown) and the
    local day (float, NaN where the stage was not passed); arrays of shape (n,)."""

    official: dict[str, Codes]
    hand: dict[str, Codes]
    at: dict[str, Float]


def passed(view: View) -> Pairs:
    """Stages on record for the application that were not sent back."""
    pairs = view.match("approvals", "application_id")
    return pairs.where(~pairs.is_("result", "returned", "rejected"))


def chain(view: View) -> Chain:
    """The last passing of every stage, as known at the moment."""
    pairs = view.memo(passed)
    stage, who, at = pairs["stage"], pairs["official_id"], pairs["at"]
    official: dict[str, Codes] = {}
    hand: dict[str, Codes] = {}
    moments: dict[str, Float] = {}
    for number, name in enumerate(STAGES):
        here = stage == number
        codes = np.full(view.n, -1, dtype=np.int64)
        codes[pairs.query[here]] = who[here]
        moment = np.full(view.n, np.nan)
        moment[pairs.query[here]] = at[here]
        official[name] = codes
        hand[name] = hands(view.ledger, codes, view.at)
        moments[name] = moment
    return Chain(official, hand, moments)


def person_of_official(ledger: Ledger, officials: Codes, at: Codes) -> Codes:
    """Person behind each official number as known at each moment, -1 unknown; arrays of one shape."""
    table = ledger.tables.get("officials")
    if table is None:
        return np.full(len(officials), -1, dtype=np.int64)
    if not table.rows:
        return np.full(len(officials), -1, dtype=np.int64)
    index = table.index(("official_id",))
    first = index.firsts(index.lookup([officials]))  # And with it the day the number became known.
    row = np.maximum(first, 0)
    known = (first >= 0) & (table.known_at[row] <= at)
    return np.where(known, table.column("person_id")[row], -1).astype(np.int64)


def hands(ledger: Ledger, officials: Codes, at: Codes) -> Codes:
    """Somebody's hand: the person where the official's number is tied to one, else the number itself (shifted)."""
    people = person_of_official(ledger, officials, at)
    return np.where(officials < 0, -1, np.where(people >= 0, people, officials + NUMBER))


def earliest(moments: list[Float]) -> Float:
    """The earliest of several stage moments, NaN where none was passed."""
    return functools.reduce(np.fmin, moments)
