"""T19: one machine subsidised twice, buyers on paper around a dealer; the honest ones buy in season, at a promotion."""

from __future__ import annotations

import numpy as np

from simulation._clock import first_day, office_hours
from simulation._county import LOW, County
from simulation._frame import Ints
from simulation._labels import AGENT, HOUSEHOLD, number
from simulation._scheme import Scheme
from simulation.schemes import _acts


def plan(c: County, rng: np.random.Generator) -> None:
    """Paper buyers of a machine that was already subsidised; a dealer's promotion in an honest village."""
    program = c.program("machine")
    for _ in range(c.count(rng, "T19", 2)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        who = _heads(c, rng, village, int(rng.integers(2, 7)))
        if len(who) < 2:
            continue
        month = int(rng.integers(1, max(2, c.months - 3)))
        alone = rng.random() < 0.35
        role = HOUSEHOLD if alone else AGENT
        actor = -1 if alone else _acts.actor_of(c, rng, village, month, 0.5)[0]
        rows = _acts.enrol(
            c,
            program,
            who,
            month,
            month + 1,
            "T19",
            c.ring(),
            actor,
            role,
            marked_to=month + 12,
            grade=int(rng.integers(3, len(c.programs[program].rate) + 1)),
        )
        c.busy_people.update(who.tolist())
        day = int(first_day(c.start + month)) - 30
        serial = 990_000 + int(rng.integers(0, 9000)) * 20
        twice = np.full(len(who), serial) if skill == LOW else serial + np.arange(len(who)) // 2
        c.holdings.add(
            len(who),
            serial=twice,
            household=c.enrolments["household"][rows],
            kind=4,
            quantity=1.0,
            since=day,
            recorded=office_hours(rng, np.full(len(who), day + 3)),
        )
    for _ in range(c.count_look(rng, "T19", 3)):
        village = _acts.busy_village(c, rng)
        month = int(rng.integers(0, max(1, c.months // 12))) * 12 + int(rng.integers(1, 4))
        who = _heads(c, rng, village, int(rng.integers(3, 9)))
        n = len(who)
        homes = c.people.persons["household"][who]
        c.enrolments.add(
            n,
            program=program,
            person=who,
            household=homes,
            first=month,
            end=month + 1,
            grade=2,
            payee=who,
            look=number("T19"),
        )
        c.busy_people.update(who.tolist())
        day = int(first_day(c.start + month)) - 15
        c.holdings.add(
            n,
            serial=1_200_000 + len(c.holdings) + np.arange(n),
            household=homes,
            kind=4,
            quantity=1.0,
            since=day,
            recorded=office_hours(rng, np.full(n, day + 3)),
        )


def _heads(c: County, rng: np.random.Generator, village: int, count: int) -> Ints:
    p = c.people.persons
    taken = np.zeros(len(p), dtype=bool)
    taken[c.enrolments["person"][c.enrolments["program"] == c.program("machine")]] = True
    return _acts.neighbours(c, rng, village, count, (p["relation"] == 0) & ~taken)


def act(c: County, rng: np.random.Generator) -> None:
    """The buyers hand the money to the dealer within days."""
    f = c.payments
    for rows, _actor in _acts.rings(c, "T19"):
        town = int(c.places.town_of[f["village"][rows[0]]])
        banker = int(c.officials.rows["person"][c.officials.banker[town]])
        target = _acts.card_of(c, banker, c.months // 2)
        if target >= 0:
            _acts.claim_cards(c, rows)
            _acts.sweep(c, rng, rows, target, 1)


SCHEME = Scheme("T19", "one machine twice", plan=plan, act=act)
