"""T37: no posted list, one too short, or another than the paid one; the honest ones were corrected and minuted."""

from __future__ import annotations

import numpy as np

from simulation._county import County
from simulation._frame import Ints
from simulation._scheme import Scheme
from simulation.schemes import _acts


def process(c: County, rng: np.random.Generator) -> None:
    """A village skips, shortens or falsifies its list for one item and year."""
    a, f = c.applications, c.payments
    for _ in range(c.count(rng, "T37", 4.5)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        seed = c.pick(rng, c.free() & (f["village"] == village) & (f["application"] >= 0), 1)
        if not len(seed):
            continue
        same = (
            a["notice"]
            & (a["program"] == f["program"][seed[0]])
            & (a["village"] == village)
            & (a["period"] == f["period"][seed[0]] // 12 * 12)
        )
        pool = rng.permutation(np.flatnonzero(same & (a["rejected"] < 0)))[
            : int(rng.integers(*((5, 16), (4, 10), (2, 6))[skill]))
        ]
        rows = np.flatnonzero(np.isin(f["application"], pool) & c.free())
        rows = rows[np.unique(f["application"][rows], return_index=True)[1]] if len(rows) else rows
        if not len(rows):
            continue
        pool = f["application"][rows]
        _wrong(c, rng, pool, skill)
        actor = int(a["by2"][pool[0]])
        c.mark(rows, "T37", c.ring(), actor, _acts.role_of(c, actor))
    _honest(c, rng)


def _wrong(c: County, rng: np.random.Generator, pool: Ints, skill: int) -> None:
    a = c.applications
    way = rng.random()
    if way < 0.3 and skill < 2:
        a["notice"][pool] = False
    elif way < 0.6:
        a["posted_from"][pool] = a["posted_to"][pool] - int(rng.integers(0, (2, 3, 5)[skill]))
    else:  # the wall showed less than was paid
        share = float(rng.uniform(*((0.3, 0.6), (0.5, 0.8), (0.75, 0.93))[skill]))
        a["posted_quantity"][pool] = np.maximum(0.1, np.round(a["posted_quantity"][pool] * share, 1))
        a["posted_fen"][pool] = (a["posted_fen"][pool] * share).astype(np.int64)


def _honest(c: County, rng: np.random.Generator) -> None:
    """A posted slip corrected in the minutes, and posted again: the list differs a little, or stood in two parts."""
    a, f = c.applications, c.payments
    rows = c.pick(rng, c.free() & (f["application"] >= 0), c.count_look(rng, "T37", 70))
    pool = f["application"][rows]
    rows, pool = rows[a["notice"][pool]], pool[a["notice"][pool]]
    slip = rng.random(len(pool)) < 0.5
    a["posted_quantity"][pool] = np.where(
        slip, np.round(a["posted_quantity"][pool] * rng.uniform(0.9, 1.12, len(pool)), 1), a["posted_quantity"][pool]
    )
    a["posted_fen"][pool] = np.where(
        slip, a["posted_fen"][pool] * rng.integers(92, 109, len(pool)) // 100, a["posted_fen"][pool]
    )
    a["posted_from"][pool] += np.where(slip, 0, 1)
    c.resemble(np.flatnonzero(np.isin(f["application"], pool) & (f["application"] >= 0)), "T37")


SCHEME = Scheme("T37", "notice missing, short or different", process=process)
