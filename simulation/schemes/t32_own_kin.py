"""T32: an official signs for the own family; the honest ones step aside, and the record says so (see `chain`)."""

from __future__ import annotations

import numpy as np

from simulation import kinship
from simulation._county import HIGH, County
from simulation._labels import has
from simulation._scheme import Scheme
from simulation.schemes import _acts


def process(c: County, rng: np.random.Generator) -> None:
    """Turn some recusals into signatures of the very official, and pay on."""
    a, f = c.applications, c.payments
    aside = np.flatnonzero((a["recused"] >= 0) & (a["rejected"] < 0) & (a["recused_stage"] < 4))
    for application in rng.permutation(aside)[: c.count(rng, "T32", 4)].tolist():
        rows = np.flatnonzero(
            (f["application"] == application) & c.free()
            | (f["application"] == application) & (f["look"] == 32) & (f["typ"] == 0)
        )
        if not len(rows):
            continue
        official, skill = int(a["recused"][application]), c.skill(rng)
        a[f"by{int(a['recused_stage'][application])}"][application] = official
        a["recused"][application] = -1
        c.mark(rows, "T32", c.ring(), official, _acts.role_of(c, official))
        if skill < HIGH:
            day = int(a["applied"][application]) - int(rng.integers(20, 300))
            person = int(c.officials.rows["person"][official])
            head = int(a["person"][application])
            if head != person:
                kinship.learn_later(c.kinship, person, head, int(rng.integers(3, 5)), day)
    _also(c)


def _also(c: County) -> None:
    """Payments marked T32 by other schemes must show the signature."""
    a, f = c.applications, c.payments
    rows = np.flatnonzero(has(f["typ"], "T32") & (f["application"] >= 0) & (f["actor"] >= 0))
    village_post = c.officials.rows["post"][f["actor"][rows]] < 4
    rows = rows[village_post]
    a["by1"][f["application"][rows]] = f["actor"][rows]
    a["recused"][f["application"][rows]] = -1


SCHEME = Scheme("T32", "own kin signed for", process=process)
