"""T39 滞留: money lies far beyond the limit before it is paid; honest: late funds, a disputed list."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, office_hours
from simulation._county import County
from simulation._frame import Ints
from simulation._labels import DEPARTMENT
from simulation._scheme import Scheme


def pay(c: County, rng: np.random.Generator) -> None:
    """A township's part of a run is submitted weeks or months after the funds; late funds make whole runs late."""
    f, r = c.payments, c.runs
    limit = np.array([p.limit_days for p in c.programs])
    for _ in range(c.count(rng, "T39", 3)):
        skill = c.skill(rng)
        seed = _small(c, rng)
        if not len(seed):
            return
        run = int(f["run"][seed[0]])
        town = c.places.town_of[int(f["village"][seed[0]])]
        rows = np.flatnonzero(c.free() & (f["run"] == run) & (c.places.town_of[f["village"]] == town))
        days = int(limit[f["program"][seed[0]]] * rng.uniform(*((2.5, 6.0), (1.8, 3.0), (1.3, 1.9))[skill]))
        day = int(r["received"][run]) + days
        if day >= c.last - 2:
            continue
        f["at"][rows] = office_hours(rng, np.array([day]))[0]
        c.mark(rows, "T39", c.ring(), int(f["prepared"][rows[0]]), DEPARTMENT)
    for run in rng.permutation(np.unique(f["run"][c.free()]))[: c.count_look(rng, "T39", 6)].tolist():
        rows = np.flatnonzero((f["run"] == run) & c.free())
        whole = (f["run"] == run) & ~f["drop"]
        late = int(rng.integers(12, 40))
        if int(f["at"][whole].max()) // DAY + late >= c.last - 2 or (f["typ"][whole] != 0).any():
            continue  # the province sent the funds late: the period is long over, the limit is kept
        f["at"][whole] += late * DAY
        r["received"][run] += late
        r["created"][run] += late * DAY
        r["planned"][run] += late
        c.resemble(rng.permutation(rows)[:25], "T39")
    disputed = c.pick(rng, c.free() & (f["run"] >= 0), c.count_look(rng, "T39", 35))
    later = f["at"][disputed] + rng.integers(10, 35, len(disputed)) * DAY
    inside = later < (c.last - 2) * DAY
    f["at"][disputed[inside]] = later[inside]
    c.resemble(disputed[inside], "T39")


def _small(c: County, rng: np.random.Generator) -> Ints:
    """A payment of a township's part of a run that is small enough to have lain in one drawer."""
    f = c.payments
    part = f["run"] * 1000 + c.places.town_of[f["village"]]
    _, place, count = np.unique(part, return_inverse=True, return_counts=True)
    return c.pick(rng, c.free() & (f["run"] >= 0) & (count[place] >= 2) & (count[place] < 55), 1)


SCHEME = Scheme("T39", "run far beyond its limit", pay=pay)
