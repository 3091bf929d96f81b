"""T17: a few accounts take most of a village's list; the honest ones are large growers and cooperatives."""

from __future__ import annotations

import numpy as np

from simulation._county import County
from simulation._scheme import Scheme
from simulation.schemes import _acts
from simulation.schemes.t13_above_holding import raise_to


def pay(c: County, rng: np.random.Generator) -> None:
    """Two or three lines swell to more than half of the list, year after year."""
    f = c.payments
    programs = c.positions("livestock", "forest", "grazing_ban", "grass_balance", "arable")
    for _ in range(c.count(rng, "T17", 4)):
        program, skill = int(rng.choice(programs)), c.skill(rng)
        village = _acts.busy_village(c, rng)
        here = c.free() & (f["program"] == program) & (f["village"] == village) & (f["quantity"] > 0)
        homes = np.unique(f["household"][here])
        if len(homes) < 8:
            continue
        few = rng.permutation(homes)[: int(rng.integers(2, 4))]
        actor, role = _acts.actor_of(c, rng, village, c.months // 2, 0.0)
        rows = np.flatnonzero(here & np.isin(f["household"], few))
        share = (0.6, 0.5, 0.35)[skill] * float(rng.uniform(0.8, 1.15))
        others = f["quantity"][here].sum() - f["quantity"][rows].sum()
        factor = max(2.0, share / (1 - share) * others / max(0.1, f["quantity"][rows].sum()))
        raise_to(c, rows, factor)
        c.mark(rows, "T17", c.ring(), actor, role)
    _large(c, rng)


def _large(c: County, rng: np.random.Generator) -> None:
    """Growers and cooperatives with a registered holding that is really large."""
    f, x = c.payments, c.holdings
    place = c.program("arable")
    looks = c.pick(rng, c.free() & (f["program"] == place) & (f["quantity"] > 1), c.count_look(rng, "T17", 30))
    for home in np.unique(f["household"][looks]).tolist():
        factor = float(rng.uniform(12, 60))
        mine = np.flatnonzero((x["household"] == home) & (x["kind"] == 0) & (x["closing"] == 0))
        x["quantity"][mine] = np.round(x["quantity"][mine] * factor, 1)
        rows = np.flatnonzero(
            c.free() & (f["household"] == home) & np.isin(f["program"], c.positions("arable", "grower"))
        )
        raise_to(c, rows, factor)
        c.resemble(rows, "T17")


SCHEME = Scheme("T17", "few accounts take most of a list", pay=pay)
