"""T20: a once-only item taken again in the household; the honest ones rebuilt after a disaster or split long ago."""

from __future__ import annotations

import numpy as np

from simulation._county import County
from simulation._labels import HOUSEHOLD, number
from simulation._scheme import Scheme
from simulation.schemes import _acts


def plan(c: County, rng: np.random.Generator) -> None:
    """Another member of the household applies some months later."""
    e, p = c.enrolments, c.people.persons
    program = c.program("housing")
    pool = rng.permutation(np.flatnonzero((e["program"] == program) & (e["typ"] == 0) & (e["first"] < c.months - 5)))
    bad = c.count(rng, "T20", 6)
    for turn, row in enumerate(pool[: bad + c.count_look(rng, "T20", 26)].tolist()):
        home = int(e["household"][row])
        mates = np.flatnonzero((p["household"] == home) & (p["birth"] < c.first - 22 * 365) & (p["death"] > c.last))
        skill = c.skill(rng)
        who = np.array([int(e["person"][row])]) if skill == 0 or not len(mates) else rng.choice(mates, 1)
        month = min(c.months - 2, int(e["first"][row]) + int(rng.integers(4, 26)))
        grade = 1 + int(rng.integers(0, len(c.programs[program].rate)))
        if turn < bad:
            actor, role = (
                (-1, HOUSEHOLD)
                if rng.random() < 0.6
                else _acts.actor_of(c, rng, int(c.people.households["village"][home]), month, 0.0)
            )
            _acts.enrol(
                c,
                program,
                who,
                month,
                month + 1,
                "T20",
                c.ring(),
                actor,
                role,
                marked_to=month + 12,
                household=home,
                grade=grade,
            )
        else:
            apart = np.flatnonzero(
                (p["moved_day"] < c.first + month * 30) & (p["household"] == home) & (p["moved_household"] != home)
            )
            person = int(apart[0]) if len(apart) else int(who[0])
            new_home = int(p["moved_household"][person]) if len(apart) else home
            c.enrolments.add(
                1,
                program=program,
                person=person,
                household=new_home,
                first=month,
                end=month + 1,
                grade=grade,
                payee=person,
                look=number("T20"),
            )
        e = c.enrolments


SCHEME = Scheme("T20", "once-only item again", plan=plan)
