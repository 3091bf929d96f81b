"""T04: two items that exclude each other, at once; beside it, people who changed from one to the other that month."""

from __future__ import annotations

import numpy as np

from simulation._clock import first_day
from simulation._county import County
from simulation._labels import HOUSEHOLD, number
from simulation._scheme import Scheme
from simulation.schemes import _acts

_PAIRS = (
    ("rural_dibao", "extreme"),
    ("rural_dibao", "urban_dibao"),
    ("elder80", "elder90"),
    ("grazing_ban", "grass_balance"),
    ("extreme", "rural_dibao"),
)


def plan(c: County, rng: np.random.Generator) -> None:
    """A second, excluded enrolment for some months."""
    e = c.enrolments
    for _ in range(c.count(rng, "T04", 5)):
        one, other = _PAIRS[int(rng.integers(0, len(_PAIRS)))]
        skill = c.skill(rng)
        first, end = _acts.window(c, rng, skill, 14)
        has = (
            (e["program"] == c.program(one))
            & (e["typ"] == 0)
            & (e["first"] <= first)
            & (e["end"] >= end)
            & (e["look"] == 0)
        )
        row = c.pick(rng, has, 1)
        if not len(row):
            continue
        who = e["person"][row]
        actor, role = -1, HOUSEHOLD
        if rng.random() < 0.35:
            village = int(c.people.households["village"][e["household"][row[0]]])
            actor, role = _acts.actor_of(c, rng, village, first, 0.0)
        item = c.programs[c.program(other)]
        _acts.enrol(
            c, c.program(other), who, first, end, "T04", c.ring(), actor, role, quantity=-1.0 if item.land else 1.0
        )
        if item.land:
            held = c.holdings["household"] == e["household"][row[0]]
            c.enrolments["quantity"][-1] = max(
                1.0, float(c.holdings["quantity"][held & (c.holdings["kind"] == 2)].sum())
            )
        e = c.enrolments
    _honest(c, rng)


def _honest(c: County, rng: np.random.Generator) -> None:
    """Changed from the living allowance to full support in one month; another member on the other item."""
    e, p, h = c.enrolments, c.people.persons, c.people.households
    dibao, extreme = c.program("rural_dibao"), c.program("extreme")
    pool = c.pick(
        rng,
        (e["program"] == dibao) & (e["typ"] == 0) & (e["end"] > c.months) & (e["look"] == 0),
        c.count_look(rng, "T04", 30),
    )
    for row in pool.tolist():
        month = int(rng.integers(2, max(3, c.months - 2)))
        person, home = int(e["person"][row]), int(e["household"][row])
        if e["first"][row] >= month:
            continue
        if rng.random() < 0.6:
            e["end"][row] = month
            new = c.enrolments.add(
                1,
                program=extreme,
                person=person,
                household=home,
                first=month,
                payee=person,
                look=number("T04"),
                marked_from=month,
                marked_to=month + 2,
            )
        else:
            mates = np.flatnonzero(
                (p["household"] == home) & (np.arange(len(p)) != person) & (p["death"] > first_day(c.start + c.months))
            )
            mates = mates[p["birth"][mates] < c.first - 60 * 365]
            if not len(mates) or h["ghost"][home]:
                continue
            new = c.enrolments.add(
                1,
                program=extreme,
                person=mates[0],
                household=home,
                first=month,
                end=month + int(rng.integers(3, 12)),
                payee=mates[0],
                look=number("T04"),
            )
        e = c.enrolments
        e["order"][new] = 0.99


def pay(c: County, rng: np.random.Generator) -> None:
    """Honest: both items in the period in which somebody changed from one to the other."""
    f = c.payments
    place = {item.key: i for i, item in enumerate(c.programs)}
    for i, item in enumerate(c.programs):
        others = [place[k] for k in item.exclusive if k in place]
        mine = np.flatnonzero((f["program"] == i) & ~f["drop"])
        theirs = np.flatnonzero(np.isin(f["program"], others) & ~f["drop"])
        spans = np.array([p.span for p in c.programs])
        for month in range(12 if item.span == 12 else item.span):
            key = f["person"][mine] * 100_000 + f["period"][mine] + month
            held = f["person"][theirs] * 100_000 + f["period"][theirs]
            reach = [held + k for k in range(int(spans[others].max(initial=1)))]
            c.resemble(mine[np.isin(key, np.concatenate(reach))], "T04")


SCHEME = Scheme("T04", "mutually exclusive items together", plan=plan, pay=pay)
