"""T10: certificate missing, expired or of the wrong grade; beside it, renewal gaps and back-dated regrades."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, FAR
from simulation._county import County
from simulation._frame import Ints
from simulation._labels import HOUSEHOLD, number
from simulation._scheme import Scheme
from simulation.schemes import _acts


def plan(c: County, rng: np.random.Generator) -> None:
    """People without the paper on a disability list; and holders whose renewal came late."""
    p, x = c.people.persons, c.certificates
    programs = c.positions("disabled_life", "disabled_care", "veteran")
    for _ in range(c.count(rng, "T10", 5)):
        skill, program = c.skill(rng), int(rng.choice(programs))
        item = c.programs[program]
        first, end = _acts.window(c, rng, skill, 18)
        graded = item.certificate == "disability" and rng.random() < (0.2, 0.5, 0.8)[skill]
        fit = (
            (p["disability"] > item.max_grade)
            if graded and item.max_grade < 4
            else (p["disability"] == 0) & (p["birth"] < c.first - 45 * 365)
        )
        who = c.pick(rng, c.idle_people(fit & (p["death"] == FAR)), 1)
        if not len(who):
            continue
        actor, role = (-1, HOUSEHOLD)
        if rng.random() < 0.5:
            actor, role = _acts.actor_of(
                c, rng, int(c.people.households["village"][p["household"][who[0]]]), first, 0.0
            )
        if not graded and skill:  # an expired paper hides better than none
            old = c.first + first * 30 - int(rng.integers(60, 500))
            x.add(
                1,
                person=who,
                kind=item.certificate,
                grade=min(4, item.max_grade) if item.max_grade else 0,
                since=old - 3652,
                until=old,
                recorded=(old - 3600) * DAY + 40_000,
            )
        _acts.enrol(
            c, program, who, first, end, "T10", c.ring(), actor, role, grade=1 + int(rng.integers(0, len(item.rate)))
        )
        c.busy_people.update(who.tolist())
    _gaps(c, rng)


def _gaps(c: County, rng: np.random.Generator) -> None:
    """A paper ran out, its holder was still entitled, and the renewal was recorded months later, back-dated."""
    x, e = c.certificates, c.enrolments
    again = np.flatnonzero((x["kind"] == "disability") & (x["since"] > c.first + 60) & (x["since"] < c.last - 200))
    paid: Ints = np.unique(e["person"][np.isin(e["program"], c.positions("disabled_life", "disabled_care"))])
    pool = rng.permutation(again[np.isin(x["person"][again], paid)])
    for row in pool[: c.count_look(rng, "T10", 14)].tolist():
        lag = int(rng.integers(50, 170))
        x["recorded"][row] = (int(x["since"][row]) + lag) * DAY + 38_000
        if rng.random() < 0.4:
            x["since"][row] += int(rng.integers(10, lag))
        month = (int(x["since"][row]) - c.first) // 30
        for mine in np.flatnonzero((e["person"] == x["person"][row]) & (e["typ"] == 0) & (e["look"] == 0)).tolist():
            e["look"][mine], e["marked_from"][mine], e["marked_to"][mine] = (
                number("T10"),
                month - 2,
                month + lag // 30 + 2,
            )


SCHEME = Scheme("T10", "certificate missing, expired, wrong grade", plan=plan)
