"""T06: a salary from the public payroll and a means-tested item; beside it, ended jobs, village posts, land items."""

from __future__ import annotations

import numpy as np

from simulation._clock import FAR, first_day
from simulation._county import County
from simulation._labels import HOUSEHOLD
from simulation._scheme import Scheme
from simulation.schemes import _acts
from simulation.vital import PAYROLL, PAYROLL_END


def plan(c: County, rng: np.random.Generator) -> None:
    """A household with a salary enrols; some did so before the salary began."""
    p, h = c.people.persons, c.people.households
    staff = c.idle_people((p["payroll_from"] < c.last - 200) & (p["payroll_to"] == FAR) & (p["death"] == FAR))
    staff[c.officials.rows["person"]] = False
    for person in c.pick(rng, staff, c.count(rng, "T06", 4)).tolist():
        skill = c.skill(rng)
        first, end = _acts.window(c, rng, skill, 20)
        first = max(first, (int(p["payroll_from"][person]) - c.first) // 30 + 1)
        home = int(p["household"][person])
        head = int(h["head"][home])
        if first >= c.months - 2 or head < 0:
            continue
        program = int(
            rng.choice(c.positions("rural_dibao", "rural_dibao", "housing", "disabled_life", "relief", "study"))
        )
        once = c.programs[program].frequency == "one_off"
        village = int(h["village"][home])
        actor, role = (-1, HOUSEHOLD) if rng.random() < 0.55 else _acts.actor_of(c, rng, village, first, 0.0)
        per_head = c.programs[program].paid_per == "person"
        who = np.array([person if per_head else head])
        _acts.enrol(c, program, who, first, first + 1 if once else end, "T06", c.ring(), actor, role, household=home)
        c.busy_people.add(person)
    _honest(c, rng)


def _honest(c: County, rng: np.random.Generator) -> None:
    """Members of supported households who left the payroll before, or hold a village post with a small allowance."""
    e, p = c.enrolments, c.people.persons
    means = np.array([i.means_tested and i.frequency != "one_off" for i in c.programs])[e["program"]]
    rows = c.pick(rng, means & (e["typ"] == 0) & (e["look"] == 0), c.count_look(rng, "T06", 11))
    for row in rows.tolist():
        mates = np.flatnonzero(
            (p["household"] == e["household"][row]) & (p["birth"] < c.first - 20 * 365) & (p["death"] == FAR)
        )
        if not len(mates):
            continue
        person = rng.choice(mates, 1)
        begin = int(first_day(c.start + max(0, int(e["first"][row]))))
        if rng.random() < 0.5:
            ended = begin - int(rng.integers(40, 900))
            _acts.event(c, rng, person, PAYROLL, np.array([ended - 2000]), "personnel", 60)
            _acts.event(c, rng, person, PAYROLL_END, np.array([ended]), "personnel", 20)
        else:
            _acts.event(
                c,
                rng,
                person,
                PAYROLL,
                np.array([begin + int(rng.integers(-300, 200))]),
                str(rng.choice(["village_post", "temporary_post"])),
                30,
            )
        e["look"][row] = 6


def pay(c: County, rng: np.random.Generator) -> None:
    """Land payments to salaried households are lawful."""
    f, p = c.payments, c.people.persons
    land = np.array([i.land for i in c.programs])[f["program"]]
    salaried = np.zeros(len(c.people.households), dtype=bool)
    salaried[p["household"][p["payroll_from"] < FAR]] = True
    rows = land & salaried[f["household"]] & c.free()
    c.resemble(c.pick(rng, rows, c.count_look(rng, "T06", 40)), "T06")


SCHEME = Scheme("T06", "on the public payroll and means-tested", plan=plan, pay=pay)
