"""T42: entitlements that go round or are shared out equally; honest temporary posts do rotate (see entitlements)."""

from __future__ import annotations

import numpy as np

from simulation._county import County
from simulation._frame import Ints
from simulation._scheme import Scheme
from simulation.officials import SECRETARY
from simulation.schemes import _acts


def plan(c: County, rng: np.random.Generator) -> None:
    """The places on the allowance list pass from household to household every few months."""
    p = c.people.persons
    for _ in range(c.count(rng, "T42", 1.8)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        first, end = _acts.window(c, rng, skill, 18)
        places = int(rng.integers(1, 3))
        turn = int(rng.choice([3, 4, 6]))
        rounds = max(2, (end - first) // turn)
        who = _acts.neighbours(c, rng, village, places * rounds, p["relation"] == 0)
        actor = c.village_official(rng, SECRETARY, village, first)
        ring = c.ring()
        for number in range(len(who) // places):
            some: Ints = who[number * places : (number + 1) * places]
            begin = first + number * turn
            _acts.enrol(
                c,
                c.program("rural_dibao"),
                some,
                begin,
                min(begin + turn, c.months),
                "T42",
                ring,
                actor,
                _acts.role_of(c, actor),
                grade=2,
                quantity=1.0,
            )
        c.busy_people.update(who.tolist())


SCHEME = Scheme("T42", "rotation of entitlements", plan=plan)
