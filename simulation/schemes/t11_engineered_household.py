"""T11: a household split on paper shortly before a review, near an official; beside it, families that really split."""

from __future__ import annotations

import numpy as np

from simulation import people as register
from simulation._clock import FAR, office_hours
from simulation._county import County
from simulation._scheme import Scheme
from simulation.officials import SECRETARY
from simulation.schemes import _acts


def plan(c: County, rng: np.random.Generator) -> None:
    """Old parents of well-off kin become a household of their own and enrol at once."""
    for _ in range(c.count(rng, "T11", 4)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        first, end = _acts.window(c, rng, skill, 20)
        actor = c.village_official(rng, SECRETARY, village, first)
        homes = c.officials.kin[actor]
        movers = _fit(c, np.isin(c.people.persons["household"], homes), (register.PARENT, register.CHILD))[
            : int(rng.integers(1, 4))
        ]
        if len(movers):
            _split(c, rng, movers, first * 30 + c.first - int(rng.integers(10, 50 + 60 * skill)))
            home = c.people.persons["moved_household"][movers]
            ring, role = c.ring(), _acts.role_of(c, actor)
            _acts.enrol(
                c,
                c.program("rural_dibao"),
                movers,
                first,
                end,
                "T11|T31|T32" if skill == 0 else "T11|T31",
                ring,
                actor,
                role,
                household=home,
            )
    looks = _fit(c, np.ones(len(c.people.persons), dtype=bool), (register.PARENT,))
    looks = rng.permutation(looks)[: c.count_look(rng, "T11", 7)]
    for person in looks.tolist():  # real: the family lives apart, and the old couple is poor
        month = int(rng.integers(1, max(2, c.months - 4)))
        one = np.array([person])
        _split(c, rng, one, c.first + month * 30 - int(rng.integers(20, 200)))
        c.enrolments.add(
            1,
            program=c.program("rural_dibao"),
            person=person,
            household=c.people.persons["moved_household"][person],
            first=month,
            grade=2,
            payee=person,
            look=11,
            order=0.97,
        )


def _fit(
    c: County, mask: np.ndarray[tuple[int], np.dtype[np.bool_]], relations: tuple[int, ...]
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    p = c.people.persons
    enrolled = np.zeros(len(p), dtype=bool)
    enrolled[c.enrolments["person"]] = True
    ok = (
        mask
        & np.isin(p["relation"], relations)
        & (p["moved_day"] == FAR)
        & (p["death"] == FAR)
        & (p["birth"] < c.first - 30 * 365)
        & ~enrolled
    )
    return np.flatnonzero(c.idle_people(ok))


def _split(c: County, rng: np.random.Generator, movers: np.ndarray[tuple[int], np.dtype[np.int64]], day: int) -> None:
    p, h = c.people.persons, c.people.households
    old = p["household"][movers]
    n = len(movers)
    known = office_hours(rng, np.full(n, day + int(rng.integers(1, 12))))
    serial = 800_000 + len(h) + np.arange(n)
    new = h.add(
        n,
        hid=np.array([register.household_id(c.traits, c.places.county, int(s)) for s in serial], dtype=object),
        village=h["village"][old],
        village2=h["village"][old],
        category=1,
        surname=h["surname"][old],
        head=movers,
        recorded=known,
    )
    p["moved_day"][movers], p["moved_household"][movers] = day, new
    p["moved_relation"][movers], p["moved_recorded"][movers] = register.HEAD, known + 60
    c.busy_people.update(movers.tolist())


SCHEME = Scheme("T11", "household engineered before a review", plan=plan)
