"""Families who arrive together: registered on one day, cards opened in bulk on another, and all of it lawful."""

from __future__ import annotations

import numpy as np

from simulation import cards as card_book
from simulation import people as register
from simulation._clock import DAY
from simulation._county import County
from simulation._frame import Ints
from simulation._labels import number
from simulation._scheme import Scheme
from simulation.schemes import _acts


def plan(c: County, rng: np.random.Generator) -> None:
    """Groups of resettled families, and single households that move in from elsewhere."""
    for _ in range(c.count_look(rng, "T12", 1.4)):
        month = int(rng.integers(1, max(2, c.months - 3)))
        who = arrive(c, rng, _acts.busy_village(c, rng), int(rng.integers(4, 13)), month, together=True)
        program = int(rng.choice(c.positions("resettled", "rural_dibao")))
        grade = 1 + np.arange(len(who)) % len(c.programs[program].rate)
        c.enrolments.add(
            len(who),
            program=program,
            person=who,
            household=c.people.persons["household"][who],
            first=month + 1,
            grade=grade,
            payee=who,
            look=number("T12"),
            order=np.linspace(0.3, 0.7, len(who)),
        )
    for _ in range(int(rng.poisson(7 * c.scale * c.months / 12))):
        month = int(rng.integers(0, c.months))
        who = arrive(c, rng, _acts.busy_village(c, rng), 1, month, together=False)
        if rng.random() < 0.5:
            program = int(rng.choice(c.positions("rural_dibao", "resettled")))
            c.enrolments.add(
                1,
                program=program,
                person=who,
                household=c.people.persons["household"][who],
                first=min(c.months - 1, month + int(rng.integers(1, 12))),
                grade=1,
                payee=who,
            )


def arrive(c: County, rng: np.random.Generator, village: int, homes: int, month: int, together: bool) -> Ints:
    """Households first registered within the years in view. Returns their heads, with a card each."""
    h, p = c.people.households, c.people.persons
    day = c.first + month * 30 - int(rng.integers(5, 50))
    at = day * DAY + 32_000 + np.arange(homes) * int(rng.integers(60, 400))
    serial = 700_000 + len(h) + np.arange(homes)
    new = h.add(
        homes,
        hid=np.array([register.household_id(c.traits, c.places.county, int(s)) for s in serial], dtype=object),
        village=village,
        village2=village,
        category=rng.choice([0, 0, 1, 3], homes),
        surname=h["surname"][rng.integers(0, c.households, homes)],
        recorded=at,
    )
    size = rng.integers(1, 5, homes)
    home = np.repeat(new, size)
    lead = np.concatenate([[True], home[1:] != home[:-1]])
    relation = np.where(lead, register.HEAD, rng.choice([register.SPOUSE, register.CHILD, register.PARENT], len(home)))
    age = np.where(
        relation == register.CHILD, rng.uniform(2, 20, len(home)), rng.uniform(26, 74, len(home))
    ) + np.where(relation == register.PARENT, 12, 0)
    birth = c.first - (age * 365.2425).astype(np.int64)
    who = register.add(
        rng, c.traits, c.places, c.people, home, birth, rng.random(len(home)) < 0.5, relation, c.first + 100_000, 0.7
    )
    p["recorded"][who] = at[home - new[0]] + 90
    heads: Ints = who[lead]
    h["head"][new] = heads
    c.cards.resize(len(p))
    bank = int(rng.integers(0, len(c.cards.banks)))
    outlet = c.cards.counter[bank, c.places.town_of[village]]
    opened = np.full(homes, day + int(rng.integers(3, 30))) if together else day + rng.integers(2, 40, homes)
    by = c.officials.rows["person"][c.officials.banker[c.places.town_of[village]]]
    c.cards.new[heads] = card_book.add(
        rng,
        c.traits,
        c.cards,
        heads,
        card_book.SOCIAL,
        bank,
        opened,
        outlet,
        p["phone"][heads],
        opened_by=np.where(rng.random(homes) < (0.5 if together else 0.05), by, -1),
        activated=opened + rng.integers(0, 3, homes),
    )
    c.busy_people.update(who.tolist())
    return heads


SCHEME = Scheme("", "families who arrive together", plan=plan)
