"""T21: amounts that hug the limit a township decides alone; honest: a tariff step that equals the limit."""

from __future__ import annotations

import numpy as np

from simulation._county import County
from simulation._labels import has
from simulation._scheme import Scheme
from simulation.schemes import _acts


def plan(c: County, rng: np.random.Generator) -> None:
    """A township leader hands out relief in numbers; the amounts are set when the lists stand."""
    program = c.program("relief")
    p = c.people.persons
    for _ in range(c.count(rng, "T21", 1.5)):
        town, skill = int(rng.integers(0, c.places.towns)), c.skill(rng)
        first, end = _acts.window(c, rng, skill, 14)
        actor = int(c.officials.leader_of(np.array([town]), np.array([first]))[0])
        ring, count = c.ring(), int(rng.integers(*((8, 18), (6, 12), (4, 8))[skill]))
        villages = rng.choice(np.flatnonzero(c.places.town_of == town), count)
        for village in villages.tolist():
            who = _acts.neighbours(c, rng, village, 1, (p["relation"] == 0))
            month = int(rng.integers(first, end))
            if len(who):
                codes = "T21|T33" if skill == 0 else "T21"
                _acts.enrol(
                    c,
                    program,
                    who,
                    month,
                    month + 1,
                    codes,
                    ring,
                    actor,
                    _acts.role_of(c, actor),
                    marked_to=month + 12,
                    grade=1,
                )
                c.busy_people.update(who.tolist())


def pay(c: County, rng: np.random.Generator) -> None:
    """Amounts just under the limit, more scattered for the skilled; and the tariff step that equals it."""
    f = c.payments
    program = c.program("relief")
    limit = c.programs[program].township_limit * 100
    rows = np.flatnonzero((f["program"] == program) & (f["typ"] != 0))
    mine = rows[has(f["typ"][rows], "T21")]
    f["fen"][mine] = limit - rng.choice([0, 1000, 2000, 5000, 10_000, 12_000], len(mine))
    steps = np.flatnonzero((f["program"] == program) & c.free() & (f["fen"] >= limit * 0.93) & (f["fen"] <= limit))
    c.resemble(steps, "T21")
    near = c.pick(rng, (f["program"] == program) & c.free() & (f["fen"] >= limit * 0.7), c.count_look(rng, "T21", 25))
    f["fen"][near] = np.minimum(limit, f["fen"][near] // 10_000 * 10_000 + 10_000)
    c.resemble(near, "T21")


SCHEME = Scheme("T21", "amounts hug the township's limit", plan=plan, pay=pay)
