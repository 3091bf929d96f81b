"""T15: one parcel registered and claimed by two households in full; the honest ones hold it together, each a share."""

from __future__ import annotations

import numpy as np

from simulation._clock import first_day, office_hours
from simulation._county import County
from simulation._labels import HOUSEHOLD
from simulation._scheme import Scheme
from simulation.schemes import _acts


def pay(c: County, rng: np.random.Generator) -> None:
    """A second household's line grows by a parcel that the first goes on claiming."""
    f, x = c.payments, c.holdings
    kinds = {c.program("arable"): 0, c.program("forest"): 1, c.program("grazing_ban"): 2, c.program("grass_balance"): 2}
    for _ in range(c.count(rng, "T15", 5)):
        skill = c.skill(rng)
        program = int(rng.choice(list(kinds)))
        line = c.pick(rng, c.free() & (f["program"] == program), 1)
        if not len(line):
            continue
        village, home = int(f["village"][line[0]]), int(f["household"][line[0]])
        near = (
            (c.people.households["village"] == village)[x["household"]]
            & (x["household"] != home)
            & (x["kind"] == kinds[program])
        )
        parcel = c.pick(rng, near & (x["closing"] == 0) & (x["look"] == 0) & (x["quantity"] > 0.7), 1)
        if not len(parcel):
            continue
        size = float(x["quantity"][parcel[0]])
        since = int(first_day(c.start + int(rng.integers(0, max(1, c.months // 2))))) - 40
        if skill < 2:  # the skilled leave no second entry, only the claim
            x.copy_rows(parcel, household=home, since=since, recorded=office_hours(rng, np.array([since + 15])))
            x = c.holdings
        rows = np.flatnonzero(
            c.free() & (f["household"] == home) & (f["program"] == program) & (f["at"] > since * 86_400)
        )
        actor, role = (-1, HOUSEHOLD) if rng.random() < 0.6 else _acts.actor_of(c, rng, village, c.months // 2, 0.0)
        per_unit = f["fen"][rows] / np.maximum(f["quantity"][rows], 0.1)
        f["quantity"][rows] = np.round(f["quantity"][rows] + size, 1)
        f["fen"][rows] = np.round(per_unit * f["quantity"][rows]).astype(np.int64)
        c.mark(rows, "T15", c.ring(), actor, role)


SCHEME = Scheme("T15", "one parcel twice", pay=pay)
