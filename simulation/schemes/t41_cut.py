"""T41: in one village everybody's credit is short by one ratio or one fee; honest withholding has a program's rule."""

from __future__ import annotations

import numpy as np

from simulation._county import HIGH, County
from simulation._scheme import Scheme
from simulation.activity import CASH, shared
from simulation.schemes import _acts


def bank(c: County, rng: np.random.Generator) -> None:
    """Take a share of a village's payments, before credit or at the counter just after."""
    f, s = c.payments, c.settlements
    place = np.full(len(f), -1)
    place[s["payment"]] = np.arange(len(s))
    for _ in range(c.count(rng, "T41", 1.7)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        seed = c.pick(rng, c.free() & (f["village"] == village) & (place >= 0) & (f["fen"] > 6000), 1)
        if not len(seed):
            continue
        first = int(c.payment_month()[seed[0]])
        month = c.payment_month()
        rows = np.flatnonzero(
            c.free()
            & (f["village"] == village)
            & (f["program"] == f["program"][seed[0]])
            & (place >= 0)
            & (month >= first)
            & (month < first + 8)
            & (f["card"] >= 0)
        )[: int(rng.integers(*((14, 36), (8, 20), (4, 10))[skill]))]
        actor, role = _acts.actor_of(c, rng, village, first, 0.2)
        ratio = rng.random() < 0.5
        part = (
            (f["fen"][rows] * float(rng.choice([0.05, 0.08, 0.1, 0.15, 0.2]))).astype(np.int64)
            if ratio
            else np.full(len(rows), int(rng.choice([1000, 2000, 3000, 5000])))
        )
        part = np.minimum(part, f["fen"][rows] // 2)
        if skill == HIGH and rng.random() < 0.7:  # in cash at the agent's, the same sum on the same day
            seen = shared(c, f["card"][rows])
            point = c.cards.point[village]
            outlet = int(point if point >= 0 else c.cards.counter[0, c.places.town_of[village]])
            at = s["at"][place[rows]] + rng.integers(3600, 40_000, len(rows))
            c.transactions.add(
                int(seen.sum()), card=f["card"][rows][seen], at=at[seen], kind=CASH, fen=part[seen], outlet=outlet
            )
        else:
            s["fen"][place[rows]] = f["fen"][rows] - part
        c.mark(rows, "T41", c.ring(), actor, role)
    _withheld(c, rng, place)


def _withheld(c: County, rng: np.random.Generator, place: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
    """Insurance premiums or electricity withheld lawfully, county-wide, at one fixed sum once a year."""
    f, s = c.payments, c.settlements
    runs = np.unique(f["run"][c.free() & (f["fen"] > 20_000)])
    for run in rng.permutation(runs)[: 2 if c.traits.look_alike["T41"] > 1.0 else 1].tolist():
        rows = np.flatnonzero(c.free() & (f["run"] == run) & (f["fen"] > 20_000) & (place >= 0))
        rows = rows[: max(20, int(110 * c.scale))]
        s["fen"][place[rows]] = f["fen"][rows] - 6000
        c.resemble(rows, "T41")


SCHEME = Scheme("T41", "one ratio or one fee off everybody's credit", bank=bank)
