"""Households with a member on the payroll, with an asset or with somebody away, lawfully paid all the same."""

from __future__ import annotations

import numpy as np

from simulation._county import County
from simulation._frame import Ints
from simulation._scheme import Scheme
from simulation.vital import COMPANY, HOUSE, LEFT, PAYROLL, PRISON, VEHICLE


def pay(c: County, rng: np.random.Generator) -> None:
    """Mark what honest payments have in common with T06, T07 and T08 once the event has happened."""
    f, p = c.payments, c.people.persons
    day = c.payment_day()
    means = np.array([i.means_tested for i in c.programs])[f["program"]]
    living = np.array([i.living_only for i in c.programs])[f["program"]]
    for code, kinds in (("T06", (PAYROLL,)), ("T07", (COMPANY, HOUSE, VEHICLE))):
        since = np.full(len(c.people.households), 10**7)
        first = _first(c, kinds)
        np.minimum.at(since, p["household"], first)
        np.minimum.at(since, p["moved_household"], first)
        c.resemble(np.flatnonzero(means & (since[f["household"]] <= day) & c.free()), code)
    c.resemble(np.flatnonzero(living & (_first(c, (PRISON, LEFT))[f["person"]] <= day) & c.free()), "T08")


def _first(c: County, kinds: tuple[int, ...]) -> Ints:
    """First day of such an event of each person."""
    since = np.full(len(c.people.persons), 10**7)
    mine = np.isin(c.events["kind"], kinds)
    np.minimum.at(since, c.events["person"][mine], c.events["day"][mine])
    return since


SCHEME = Scheme("", "facts about the household that are lawful", pay=pay)
