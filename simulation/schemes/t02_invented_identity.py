"""T02: payments to numbers nobody was given; beside them, honest slips of one digit and old 15-digit numbers."""

from __future__ import annotations

import numpy as np

from simulation import identity
from simulation._clock import FAR, calendar
from simulation._county import County
from simulation._labels import number
from simulation._scheme import Scheme
from simulation.schemes import _acts


def plan(c: County, rng: np.random.Generator) -> None:
    """Invented people on a list; elders whose number is still the old one."""
    if c.traits.profile == "other_country":
        return  # pseudonyms carry no check character
    p = c.people.persons
    for _ in range(c.count(rng, "T02", 3)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        first, end = _acts.window(c, rng, skill, 10)
        count = int(rng.integers(1, 4))
        keys = ("rural_dibao", "disabled_life", "relief", "resettled", "elder80", "extreme")
        program = int(rng.choice(c.positions(*keys)))
        ages = (82.0, 86.0) if c.programs[program].min_age else (30.0, 78.0)
        who = _acts.ghosts(c, rng, village, count, c.first + first * 30 - 40, ages, together=1)
        p = c.people.persons
        for person in who.tolist():
            way = int(rng.integers(0, 2 if skill else 3))
            p["pid"][person] = identity.invented(
                rng, c.places.county, int(p["birth"][person]), bool(p["female"][person]), way
            )
            p["registered"][person] = rng.random() < 0.5
        actor = c.village_official(rng, int(rng.integers(0, 3)), village, first)
        new = _acts.open_by_proxy(c, rng, who, actor, c.first + first * 30 - 20, skill)
        c.cards.new[who] = new
        _acts.enrol(c, program, who, first, end, "T02", c.ring(), actor, _acts.role_of(c, actor))
    elders = c.pick(
        rng, c.idle_people((p["birth"] < c.first - 70 * 365) & (p["death"] == FAR)), c.count_look(rng, "T02", 12)
    )
    for person in elders.tolist():
        if len(p["pid"][person]) == 18 and calendar(p["birth"][person : person + 1])[0][0] >= 1900:
            p["pid"][person] = identity.old_number(str(p["pid"][person]))
            c.busy_people.add(person)


def pay(c: County, rng: np.random.Generator) -> None:
    """One list's slip of a digit; every payment to a holder of an old number."""
    if c.traits.profile == "other_country":
        return
    f, p = c.payments, c.people.persons
    short = np.char.str_len(p["pid"].astype(str)) == 15
    c.resemble(np.flatnonzero(short[f["person"]] & c.free()), "T02")
    rows = c.pick(rng, c.free() & p["registered"][f["person"]], c.count_look(rng, "T02", 55))
    for row in rows.tolist():
        person = int(f["person"][row])
        alias = p.copy_rows(np.array([person]), pid=identity.slipped(rng, str(p["pid"][person])), registered=False)
        f["person"][row] = alias[0]
        p = c.people.persons
    f["look"][rows] = number("T02")
    c.payments["role"][rows] = 5
    c.cards.resize(len(p))


SCHEME = Scheme("T02", "invalid or invented identity", plan=plan, pay=pay)
