"""T09: paid before or beyond the age of the item; beside it, the birthday month and arrears after it."""

from __future__ import annotations

import numpy as np

from simulation._clock import FAR, month_of
from simulation._county import County
from simulation._labels import HOUSEHOLD
from simulation._scheme import Scheme
from simulation.schemes import _acts


def plan(c: County, rng: np.random.Generator) -> None:
    """Enrol people months or years too young."""
    p = c.people.persons
    programs = [i for i, item in enumerate(c.programs) if item.min_age >= 60 and item.span <= 12]
    for _ in range(c.count(rng, "T09", 5)):
        skill = c.skill(rng)
        program = int(rng.choice(programs))
        item = c.programs[program]
        turns = month_of(p["birth"]) + item.min_age * 12 - c.start
        first, end = _acts.window(c, rng, skill, 18)
        early = turns - first
        lead = (14, 60) if skill == 0 else (5, 26) if skill == 1 else (3, 9)
        who = c.pick(rng, c.idle_people((early >= lead[0]) & (early <= lead[1]) & (p["death"] == FAR)), 1)
        if not len(who):
            continue
        end = min(end, int(turns[who[0]]) - item.span + 1)
        if end <= first:
            continue
        actor, role = (-1, HOUSEHOLD)
        if rng.random() < 0.4:
            actor, role = _acts.actor_of(
                c, rng, int(c.people.households["village"][p["household"][who[0]]]), first, 0.0
            )
        _acts.enrol(
            c, program, who, first, min(end, c.months), "T09", c.ring(), actor, role, marked_to=int(turns[who[0]])
        )
        c.busy_people.update(who.tolist())


def pay(c: County, rng: np.random.Generator) -> None:
    """Honest: first payments in the birthday month; the first after late applications."""
    f, p = c.payments, c.people.persons
    for place, item in enumerate(c.programs):
        if item.min_age < 60:
            continue
        turns = month_of(p["birth"][f["person"]]) + item.min_age * 12
        near = (f["program"] == place) & (f["period"] <= turns) & (f["period"] + item.span > turns)
        late = (f["program"] == place) & (f["period"] > turns) & (f["period"] <= turns + 4)
        c.resemble(np.flatnonzero(near & c.free()), "T09")
        c.resemble(c.pick(rng, late & c.free(), c.count_look(rng, "T09", 15)), "T09")
    over = np.array([i.max_age for i in c.programs])[f["program"]]
    leaves = month_of(p["birth"][f["person"]]) + (over + 1) * 12
    c.resemble(np.flatnonzero((over > 60) & (leaves > f["period"]) & (leaves <= f["period"] + 3) & c.free()), "T09")


SCHEME = Scheme("T09", "age gate", plan=plan, pay=pay)
