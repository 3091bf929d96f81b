"""T18: amounts that are not rate times quantity; the honest ones carry arrears or a lawful deduction."""

from __future__ import annotations

import numpy as np

from simulation._county import HIGH, County
from simulation._scheme import Scheme


def pay(c: County, rng: np.random.Generator) -> None:
    """A clerk raises amounts of a few lines, month after month."""
    f = c.payments
    for _ in range(c.count(rng, "T18", 4)):
        seed, skill = c.pick(rng, c.free() & (f["fen"] > 4000), 1), c.skill(rng)
        if not len(seed):
            return
        row = int(seed[0])
        same = (
            c.free()
            & (f["program"] == f["program"][row])
            & (f["village"] == f["village"][row])
            & (f["at"] >= f["at"][row])
        )
        people = rng.permutation(np.unique(f["person"][same]))[: int(rng.integers(1, 4))]
        rows = np.flatnonzero(same & np.isin(f["person"], people))[: int(rng.integers(3, 12))]
        more = rng.uniform(*((0.5, 2.0), (0.15, 0.5), (0.03, 0.15))[skill], len(rows))
        f["fen"][rows] = (
            (f["fen"][rows] * (1 + more)).astype(np.int64)
            // (10 if skill == HIGH else 100)
            * (10 if skill == HIGH else 100)
        )
        c.mark(rows, "T18", c.ring(), int(f["prepared"][row]), 1)
    monthly = np.array([p.span < 12 for p in c.programs])[f["program"]]
    arrears = c.pick(rng, c.free() & monthly, c.count_look(rng, "T18", 45))  # months owed, brought in one line
    f["fen"][arrears] *= rng.integers(2, 4, len(arrears))
    c.resemble(arrears, "T18")
    deducted = c.pick(
        rng, c.free() & monthly & (f["fen"] > 15_000), c.count_look(rng, "T18", 35)
    )  # income counted, overpayment set off
    f["fen"][deducted] -= rng.integers(1, 8, len(deducted)) * 1000
    c.resemble(deducted, "T18")


SCHEME = Scheme("T18", "amount is not rate times quantity", pay=pay)
