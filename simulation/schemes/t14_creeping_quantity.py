"""T14: quantities that creep up while the village total stays flat; the honest ones reclaimed or consolidated land."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, first_day
from simulation._county import County
from simulation._scheme import Scheme
from simulation.schemes import _acts
from simulation.schemes.t13_above_holding import raise_to


def pay(c: County, rng: np.random.Generator) -> None:
    """A few households' land grows every year, the others' shrinks by as much; half of it re-registered."""
    f = c.payments
    place = c.program("arable")
    years = np.unique(f["period"][f["program"] == place])
    for _ in range(c.count(rng, "T14", 1.6)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        here = c.free() & (f["program"] == place) & (f["village"] == village) & (f["quantity"] > 0.5)
        homes = rng.permutation(np.unique(f["household"][here]))[: int(rng.integers(3, 7))]
        actor, role = _acts.actor_of(c, rng, village, c.months // 2, 0.0)
        ring = c.ring()
        for turn, year in enumerate(years.tolist()):
            if turn == 0:
                continue
            rows = np.flatnonzero(here & (f["period"] == year) & np.isin(f["household"], homes))
            others = np.flatnonzero(here & (f["period"] == year) & ~np.isin(f["household"], homes))
            step = float(rng.uniform(*((0.2, 0.4), (0.1, 0.25), (0.06, 0.13))[skill]))
            before = f["quantity"][rows].sum()
            raise_to(c, rows, 1 + step * turn)
            gain = f["quantity"][rows].sum() - before
            total = f["quantity"][others].sum()
            if total > gain:
                raise_to(c, others[f["quantity"][others] > 1], 1 - gain / total)
            c.mark(rows, "T14", ring, actor, role)
            if rng.random() < 0.5:
                _register(c, rng, rows, int(first_day(c.start + turn * 12)))


def _register(c: County, rng: np.random.Generator, rows: np.ndarray[tuple[int], np.dtype[np.int64]], day: int) -> None:
    """Let the register follow the list: the parcel is measured again, in favour."""
    f, x = c.payments, c.holdings
    for row in rows.tolist():
        mine = np.flatnonzero((x["household"] == f["household"][row]) & (x["kind"] == 0) & (x["until"] > day))
        if len(mine):
            old = mine[:1]
            rest = float(x["quantity"][mine[1:]].sum())
            x.copy_rows(
                old,
                quantity=round(max(0.1, float(f["quantity"][row]) - rest), 1),
                since=day,
                recorded=(day + int(rng.integers(5, 40))) * DAY + 36_000,
            )
            c.holdings["until"][old], c.holdings["closing"][old] = day - 1, (day + 20) * DAY + 36_000


SCHEME = Scheme("T14", "creeping quantity", pay=pay)
