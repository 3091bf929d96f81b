"""T38 截留: less is credited than was released; the honest ones are cut-off days between two runs."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY
from simulation._county import County
from simulation._labels import DEPARTMENT
from simulation._scheme import Scheme


def bank(c: County, rng: np.random.Generator) -> None:
    """A department keeps part of some villages' money; and honest funds that arrive in round sums or in two parts."""
    f, s = c.payments, c.settlements
    place = np.full(len(f), -1)
    place[s["payment"]] = np.arange(len(s))
    for _ in range(c.count(rng, "T38", 1.6)):
        skill = c.skill(rng)
        seed = c.pick(rng, c.free() & (f["fen"] > 3000), 1)
        if not len(seed):
            return
        rows = np.flatnonzero(
            c.free() & (f["run"] == f["run"][seed[0]]) & (f["village"] == f["village"][seed[0]]) & (place >= 0)
        )
        rows = rng.permutation(rows)[: int(rng.integers(*((10, 25), (6, 16), (3, 8))[skill]))]
        share = rng.uniform(*((0.5, 0.8), (0.75, 0.92), (0.9, 0.97))[skill], len(rows))
        s["fen"][place[rows]] = (f["fen"][rows] * share).astype(np.int64)
        actor = int(f["prepared"][rows[0]])
        c.mark(rows, "T38", c.ring(), actor, DEPARTMENT)
        if rng.random() < 0.5:
            c.runs["held"][f["run"][rows[0]]] += int((f["fen"][rows] - s["fen"][place[rows]]).sum())
    runs = np.unique(f["run"][c.free()])
    for run in rng.permutation(runs)[: c.count_look(rng, "T38", 7)].tolist():
        rows = np.flatnonzero(c.free() & (f["run"] == run))
        c.runs["held"][run] += int(f["fen"][rows[: max(1, len(rows) // 8)]].sum())  # the next run brings the rest
        c.resemble(rng.permutation(rows)[:10], "T38")
    late = c.pick(rng, c.free() & (place >= 0), c.count_look(rng, "T38", 40))
    s["at"][place[late]] += rng.integers(3, 9, len(late)) * DAY
    c.resemble(late, "T38")


SCHEME = Scheme("T38", "released is not credited", bank=bank)
