"""T35: two officials approve each other's kin; honest small townships have no third hand."""

from __future__ import annotations

import numpy as np

from simulation import kinship
from simulation._county import HIGH, County
from simulation._labels import has
from simulation._scheme import Scheme
from simulation.officials import SECRETARY
from simulation.schemes import _acts


def plan(c: County, rng: np.random.Generator) -> None:
    """Kin of two secretaries of one township enrol; who signs follows in `process`."""
    for _ in range(c.count(rng, "T35", 2.2)):
        skill = c.skill(rng)
        first, end = _acts.window(c, rng, skill, 9)
        town = int(rng.integers(0, c.places.towns))
        villages = rng.permutation(np.flatnonzero(c.places.town_of == town))[:2]
        if len(villages) < 2:
            continue
        ring, program = c.ring(), c.program("rural_dibao")
        actors = [c.village_official(rng, SECRETARY, int(v), first) for v in villages]
        for actor in actors:
            kin = _acts.kin_heads(c, actor)[: int(rng.integers(1, 4))]
            if len(kin):
                _acts.enrol(
                    c, program, kin, first, end, "T35", ring, actor, _acts.role_of(c, actor), village=int(villages[0])
                )
                c.busy_people.update(kin.tolist())
                if skill < HIGH:
                    for relative in kin.tolist():
                        kinship.learn_later(
                            c.kinship, int(c.officials.rows["person"][actor]), relative, 3, c.first + first * 30 - 100
                        )


def process(c: County, rng: np.random.Generator) -> None:
    """Each signs for the other's kin; and the honest case of few officials."""
    a, f = c.applications, c.payments
    rows = np.flatnonzero(has(f["typ"], "T35") & (f["application"] >= 0))
    for ring in np.unique(f["ring"][rows]).tolist():
        mine = rows[f["ring"][rows] == ring]
        actors = np.unique(f["actor"][mine])
        for actor in actors.tolist():
            theirs = np.unique(f["application"][mine[f["actor"][mine] == actor]])
            other = actors[actors != actor]
            a["by1"][theirs] = other[0] if len(other) else actor
            a["recused"][theirs] = -1
    small = np.bincount(c.places.town_of, minlength=c.places.towns) <= np.quantile(np.bincount(c.places.town_of), 0.3)
    related = np.zeros(len(c.people.households), dtype=bool)
    for official in np.flatnonzero(c.officials.rows["post"] < 3).tolist():
        related[c.officials.kin[official]] = True
    ok = small[c.places.town_of[f["village"]]] & related[f["household"]] & c.free()
    c.resemble(c.pick(rng, ok, c.count_look(rng, "T35", 110)), "T35")


SCHEME = Scheme("T35", "officials approve each other's kin", plan=plan, process=process)
