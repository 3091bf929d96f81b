"""T08: paid while in prison or gone; beside it, household items with a member away, and people released."""

from __future__ import annotations

import numpy as np

from simulation._clock import FAR, first_day
from simulation._county import County
from simulation._labels import HOUSEHOLD, bits, number
from simulation._scheme import Scheme
from simulation.schemes import _acts
from simulation.vital import LEFT, PRISON, RELEASED


def plan(c: County, rng: np.random.Generator) -> None:
    """Personal living-only items that run on; and honest cases around them."""
    e, p = c.enrolments, c.people.persons
    personal = np.array([i.living_only and i.paid_per == "person" for i in c.programs])[e["program"]]
    fit = (
        personal
        & (e["typ"] == 0)
        & (e["look"] == 0)
        & (e["end"] >= c.months)
        & (p["birth"][e["person"]] > c.first - 72 * 365)
    )
    for row in c.pick(rng, fit, c.count(rng, "T08", 3)).tolist():
        skill = c.skill(rng)
        month = int(rng.integers(max(1, int(e["first"][row])), max(2, int(e["first"][row]) + 2, c.months - 5)))
        kind = LEFT if rng.random() < 0.35 else PRISON
        _acts.event(
            c,
            rng,
            e["person"][row : row + 1],
            kind,
            first_day(c.start + month) + np.array([3]),
            "police" if kind == LEFT else "justice",
            (15, 40, 140)[skill],
        )
        actor, role = (-1, HOUSEHOLD)
        if rng.random() < 0.25:
            actor, role = _acts.actor_of(c, rng, int(c.people.households["village"][e["household"][row]]), month, 0.2)
        span = c.programs[int(e["program"][row])].span
        for name, value in (
            ("typ", bits("T08")),
            ("ring", c.ring()),
            ("actor", actor),
            ("role", role),
            ("marked_from", month + span),
        ):
            e[name][row] = value
        e["marked_to"][row], e["end"][row] = 10_000, month + span + int(rng.integers(2, 15))
    looks = c.count_look(rng, "T08", 9)
    before = c.pick(rng, fit & (e["typ"] == 0) & (e["first"] < 2), looks // 2)  # served the term before, now at home
    day = first_day(c.start) - rng.integers(100, 700, len(before))
    _acts.event(c, rng, e["person"][before], PRISON, day - 500, "justice", 20)
    _acts.event(c, rng, e["person"][before], RELEASED, day, "justice", 15)
    e["look"][before] = number("T08")
    household = np.array([i.paid_per == "household" and i.span < 12 for i in c.programs])[e["program"]]
    for row in c.pick(rng, household & (e["typ"] == 0) & (e["look"] == 0), looks).tolist():
        mates = np.flatnonzero(
            (p["household"] == e["household"][row]) & (np.arange(len(p)) != e["person"][row]) & (p["death"] == FAR)
        )
        mates = mates[p["birth"][mates] < c.first - 19 * 365]
        if len(mates):
            _acts.event(
                c,
                rng,
                mates[:1],
                PRISON,
                first_day(c.start + max(0, int(e["first"][row]))) + rng.integers(0, 300, 1),
                "justice",
                30,
            )
            e["look"][row] = number("T08")


SCHEME = Scheme("T08", "in prison, emigrated, in an institution", plan=plan)
