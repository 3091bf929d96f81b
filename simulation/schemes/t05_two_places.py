"""T05: one person listed in two places; beside it, households that moved and villages whose codes were merged."""

from __future__ import annotations

import numpy as np

from simulation._clock import FAR
from simulation._county import County
from simulation._labels import HOUSEHOLD
from simulation._scheme import Scheme
from simulation.schemes import _acts


def plan(c: County, rng: np.random.Generator) -> None:
    """A second enrolment for the same item in a village of another township."""
    e = c.enrolments
    for _ in range(c.count(rng, "T05", 4)):
        skill = c.skill(rng)
        first, end = _acts.window(c, rng, skill, 16)
        programs = c.positions("rural_dibao", "elder80", "disabled_life", "arable", "extreme", "resettled")
        rows = c.pick(
            rng,
            np.isin(e["program"], programs)
            & (e["typ"] == 0)
            & (e["look"] == 0)
            & (e["first"] < first)
            & (e["end"] > end),
            int(rng.integers(1, 4)),
        )
        town = c.places.town_of[c.people.households["village"][e["household"][rows]]]
        there = rng.integers(0, c.places.villages, len(rows))
        far = c.places.town_of[there] != town
        rows, there = rows[far], there[far]
        ring = c.ring()
        actor, role = (
            (-1, HOUSEHOLD)
            if rng.random() < 0.6 or not len(rows)
            else _acts.actor_of(c, rng, int(there[0]), first, 0.0)
        )
        for row, village in zip(rows.tolist(), there.tolist(), strict=True):
            item = c.programs[int(e["program"][row])]
            quantity = float(rng.uniform(1, 6)) if item.land else float(e["quantity"][row])
            _acts.enrol(
                c,
                int(e["program"][row]),
                e["person"][row : row + 1],
                first,
                c.months + 1 if item.land else end,
                "T05",
                ring,
                actor,
                role,
                village=village,
                quantity=round(quantity, 1),
                grade=max(1, int(e["grade"][row])),
            )
            e = c.enrolments


def pay(c: County, rng: np.random.Generator) -> None:
    """Honest: the months around a move, and the first lists under merged codes."""
    f, h = c.payments, c.people.households
    day = c.payment_day()
    moved = h["move_day"][f["household"]]
    c.resemble(np.flatnonzero((moved < FAR) & (np.abs(day - moved) < 90) & c.free()), "T05")
    merged = c.places.code_after[f["village"]] != c.places.code_before[f["village"]]
    soon = merged & (day >= c.places.merge_day) & (day < c.places.merge_day + 120) & c.free()
    c.resemble(c.pick(rng, soon, c.count_look(rng, "T05", 60)), "T05")


SCHEME = Scheme("T05", "same person, two places", plan=plan, pay=pay)
