"""T33: one hand in several stages, stages seconds apart, approval before the notice ended; honest: imports, eves."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY
from simulation._county import County
from simulation._frame import Ints
from simulation._labels import has
from simulation._scheme import Scheme
from simulation.schemes import _acts


def process(c: County, rng: np.random.Generator) -> None:
    """Push some households' applications through."""
    a, f = c.applications, c.payments
    for _ in range(c.count(rng, "T33", 2.4)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        pool = np.unique(f["application"][c.free() & (f["village"] == village) & (f["application"] >= 0)])
        pool = rng.permutation(pool[a["rejected"][pool] < 0])[: int(rng.integers(2, 7))]
        if not len(pool):
            continue
        month = int((a["at3"][pool[0]] // DAY - c.first) // 30.44)
        if rng.random() < 0.5:
            actor = int(
                c.officials.clerk_of(np.array([c.places.town_of[village]]), np.array([month]), np.array([0]))[0]
            )
        else:
            actor = c.village_official(rng, int(rng.integers(0, 3)), village, month)
        push(c, rng, pool, actor, skill)
        rows = np.flatnonzero(np.isin(f["application"], pool) & (f["typ"] == 0))
        near = rows[f["at"][rows] < (int(a["first_paid"][pool].max()) + 100) * DAY]
        c.mark(near, "T33", c.ring(), actor, _acts.role_of(c, actor))
    rest = np.flatnonzero(has(f["typ"], "T33") & (f["application"] >= 0) & (f["actor"] >= 0))
    for ring in np.unique(f["ring"][rest]).tolist():
        rows = rest[f["ring"][rest] == ring]
        if has(f["typ"][rows], "T21").any():
            push(c, rng, np.unique(f["application"][rows]), int(f["actor"][rows[0]]), 0)
    _eve(c, rng)


def push(c: County, rng: np.random.Generator, applications: Ints, actor: int, skill: int) -> None:
    """One hand for several stages within seconds or minutes, or a review before the list came down."""
    a = c.applications
    stages = range(0, (4, 4, 3)[skill])
    way = rng.random()
    if way < 0.7:
        for stage in stages:
            if stage != 2:
                a[f"by{stage}"][applications] = actor
        a["by3"][applications] = actor
    if way > 0.35:
        gap = int(rng.integers(*((2, 20), (30, 400), (1500, 9000))[skill]))
        a["at2"][applications] = a["at3"][applications] - gap
        a["at1"][applications] = a["at2"][applications] - gap
        a["at0"][applications] = np.minimum(a["at0"][applications], a["at1"][applications] - gap)
    if way > 0.6 or skill == 2:
        early = rng.integers(1, 6, len(applications))
        a["posted_to"][applications] = a["at3"][applications] // DAY + early
        a["posted_from"][applications] = np.minimum(
            a["posted_from"][applications] + early, a["posted_to"][applications]
        )


def _eve(c: County, rng: np.random.Generator) -> None:
    """Honest: the eve of a deadline, when a clerk works through hundreds within the hour."""
    a, f = c.applications, c.payments
    ok = np.flatnonzero(c.free() & (f["application"] >= 0))
    runs = rng.permutation(np.unique(f["run"][ok]))[: c.count_look(rng, "T33", 3)]
    for run in runs.tolist():
        rows = ok[f["run"][ok] == run][:60]
        one = np.unique(f["application"][rows])
        last = a["at4"][one]
        a["at3"][one] = np.maximum(a["at2"][one] + 60, last - rng.integers(20, 900, len(one)))
        c.resemble(rows[:40], "T33")


SCHEME = Scheme("T33", "one hand, seconds apart, too early", process=process)
