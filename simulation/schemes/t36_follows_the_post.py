"""T36: payments that begin when an official takes office and end or move with the post; policy starts look alike."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, FAR
from simulation._county import LOW, County
from simulation._scheme import Scheme
from simulation.schemes import _acts


def plan(c: County, rng: np.random.Generator) -> None:
    """A newly arrived official's friends enrol within weeks, and drop out when the official leaves."""
    o, p = c.officials.rows, c.people.persons
    fresh = np.flatnonzero((o["since"] > c.first + 40) & (o["since"] < c.last - 150) & (o["post"] <= 5))
    for official in rng.permutation(fresh)[: c.count(rng, "T36", 1.3)].tolist():
        skill = c.skill(rng)
        first = (int(o["since"][official]) - c.first) // 30 + int(rng.integers(1, (3, 4, 7)[skill]))
        until = int(o["until"][official])
        end = min(c.months, (until - c.first) // 30 if until < FAR else c.months, first + (12, 9, 6)[skill])
        place = int(o["place"][official])
        villages = np.array([place]) if o["tier"][official] == 0 else np.flatnonzero(c.places.town_of == place)
        who = np.concatenate(
            [_acts.neighbours(c, rng, int(v), 2 + int(rng.integers(0, 4)), p["relation"] == 0) for v in villages[:3]]
        )
        who = who[: int(rng.integers(*((5, 10), (4, 8), (2, 5))[skill]))]
        if not len(who) or first >= c.months - 1 or end <= first:
            continue
        program = int(rng.choice(c.positions("rural_dibao", "disabled_life", "temporary_post", "resettled")))
        _acts.enrol(
            c,
            program,
            who,
            first,
            end,
            "T36|T26" if skill == LOW and rng.random() < 0.4 else "T36",
            c.ring(),
            official,
            _acts.role_of(c, official),
        )
        c.busy_people.update(who.tolist())


def pay(c: County, rng: np.random.Generator) -> None:
    """Honest: people who joined a list in the months a new official took over, or after the merger."""
    f, e, o = c.payments, c.enrolments, c.officials.rows
    changed = np.full(c.places.villages, FAR)
    for official in np.flatnonzero((o["tier"] == 0) & (o["since"] > c.first)).tolist():
        changed[o["place"][official]] = min(changed[o["place"][official]], int(o["since"][official]))
    joined = c.first + e["first"][np.maximum(f["enrolment"], 0)] * 30
    soon = (joined > changed[f["village"]]) & (joined < changed[f["village"]] + 120)
    merged = (c.places.office_after[f["village"]] != f["village"]) & (np.abs(joined - c.places.merge_day) < 120)
    c.resemble(c.pick(rng, (soon | merged) & (f["at"] > joined * DAY) & c.free(), c.count_look(rng, "T36", 170)), "T36")


SCHEME = Scheme("T36", "payments follow an official's posts", plan=plan, pay=pay)
