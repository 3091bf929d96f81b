"""T03 重复领: the same item and period twice; beside it, instalments and two parcels on two lines."""

from __future__ import annotations

import numpy as np

from simulation._county import HIGH, LOW, County
from simulation._labels import HOUSEHOLD
from simulation._scheme import Scheme


def pay(c: County, rng: np.random.Generator) -> None:
    """Second lines for some people over several periods, in the same run or the next, often on another card."""
    f, r = c.payments, c.runs
    for _ in range(c.count(rng, "T03", 9)):
        seed = c.pick(rng, c.free() & (f["fen"] > 3000), 1)
        if not len(seed):
            return
        skill = c.skill(rng)
        mine = np.flatnonzero(
            c.free()
            & (f["person"] == f["person"][seed[0]])
            & (f["program"] == f["program"][seed[0]])
            & (f["at"] >= f["at"][seed[0]])
        )
        rows = mine[: int(rng.integers(1, (7, 5, 3)[skill]))]
        actor, role = (-1, HOUSEHOLD) if rng.random() < 0.5 else (int(f["prepared"][rows[0]]), 1)
        home = int(f["household"][rows[0]])
        mates = np.flatnonzero((c.people.persons["household"] == home) & (c.cards.new >= 0))
        other = int(rng.choice(mates)) if len(mates) and skill != LOW else int(f["payee"][rows[0]])
        new = f.copy_rows(
            rows, line=f["line"][rows] + 3000, card=-1 if other != f["payee"][rows[0]] else f["card"][rows], payee=other
        )
        if skill == HIGH:  # a different amount and the next run hide it
            f["fen"][new] = f["fen"][new] * int(rng.integers(60, 97)) // 100
        if rng.random() < 0.5:
            for row in new.tolist():
                later = np.flatnonzero((r["program"] == f["program"][row]) & (r["month"] > r["month"][f["run"][row]]))
                if len(later):
                    f["run"][row], f["at"][row] = later[0], int(r["created"][later[0]]) + 3600
        c.mark(new, "T03", c.ring(), actor, role)
    _honest(c, rng)


def _honest(c: County, rng: np.random.Generator) -> None:
    """Two instalments of one amount, and two parcels listed apart."""
    f = c.payments
    land = np.array([p.land for p in c.programs])[f["program"]]
    parcels = c.pick(rng, c.free() & land & (f["quantity"] > 1.5), c.count_look(rng, "T03", 60))
    share = np.round(f["quantity"][parcels] * rng.uniform(0.3, 0.6, len(parcels)), 1)
    fen = np.round(f["fen"][parcels] * share / f["quantity"][parcels]).astype(np.int64)
    new = f.copy_rows(parcels, quantity=share, fen=fen, line=f["line"][parcels])
    f["quantity"][parcels] = np.round(f["quantity"][parcels] - share, 1)
    f["fen"][parcels] -= fen
    c.resemble(np.concatenate([parcels, new]), "T03")
    monthly = np.array([p.span < 12 for p in c.programs])[f["program"]]
    halves = c.pick(rng, c.free() & monthly & (f["fen"] > 20_000), c.count_look(rng, "T03", 20))
    fen = f["fen"][halves] // 2
    new = f.copy_rows(halves, fen=fen, quantity=f["quantity"][halves] / 2)
    f["fen"][halves] -= fen
    f["quantity"][halves] /= 2
    c.resemble(np.concatenate([halves, new]), "T03")


SCHEME = Scheme("T03", "paid twice for one item and period", pay=pay)
