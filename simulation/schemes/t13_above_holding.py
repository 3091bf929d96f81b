"""T13: quantity above the registered holding, year after year; honest: re-surveys and transfers not yet registered."""

from __future__ import annotations

import numpy as np

from simulation._county import County
from simulation._labels import HOUSEHOLD
from simulation._scheme import Scheme
from simulation.schemes import _acts


def pay(c: County, rng: np.random.Generator) -> None:
    """Raise some households' land quantities on the list, and the amount with them."""
    f = c.payments
    land = np.array([i.land for i in c.programs])[f["program"]]
    for _ in range(c.count(rng, "T13", 4)):
        skill = c.skill(rng)
        village = _acts.busy_village(c, rng)
        rows = c.pick(rng, c.free() & land & (f["village"] == village) & (f["quantity"] > 0.8), int(rng.integers(1, 5)))
        if not len(rows):
            continue
        actor, role = (
            (-1, HOUSEHOLD)
            if rng.random() < 0.4
            else _acts.actor_of(c, rng, village, int(c.payment_month()[rows[0]]), 0.0)
        )
        ring = c.ring()
        for row in rows.tolist():
            mine = np.flatnonzero(
                c.free()
                & (f["household"] == f["household"][row])
                & (f["program"] == f["program"][row])
                & (f["at"] >= f["at"][row])
            )
            factor = float(rng.uniform(*((1.8, 4.0), (1.3, 2.2), (1.12, 1.4))[skill]))
            raise_to(c, mine, factor)
            c.mark(mine, "T13", ring, actor, role)


def raise_to(c: County, rows: np.ndarray[tuple[int], np.dtype[np.int64]], factor: float) -> None:
    """Multiply quantity and amount alike."""
    f = c.payments
    more = np.round(f["quantity"][rows] * factor, 1)
    f["fen"][rows] = np.round(f["fen"][rows] * more / f["quantity"][rows]).astype(np.int64)
    f["quantity"][rows] = more


SCHEME = Scheme("T13", "quantity above the holding", pay=pay)
