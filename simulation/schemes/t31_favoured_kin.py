"""T31 优亲厚友: the committee's kin on lists they do not need; honest kin are poor, declared, or of a clan village."""

from __future__ import annotations

import numpy as np

from simulation import kinship
from simulation._county import HIGH, LOW, County
from simulation._labels import has
from simulation._scheme import Scheme
from simulation.schemes import _acts


def plan(c: County, rng: np.random.Generator) -> None:
    """Enrol kin of an official; a careless one also signs (T32)."""
    for _ in range(c.count(rng, "T31", 4)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        first, end = _acts.window(c, rng, skill, 11)
        actor = c.village_official(rng, int(rng.integers(0, 2)), village, first)
        kin = rng.permutation(_acts.kin_heads(c, actor))[: int(rng.integers(*((2, 6), (1, 4), (1, 3))[skill]))]
        if not len(kin):
            continue
        key = str(rng.choice(["rural_dibao", "rural_dibao", "relief", "housing", "disabled_life"]))
        program = c.program(key)
        once = c.programs[program].frequency == "one_off"
        codes = "T31|T32" if skill == LOW or rng.random() < 0.3 else "T31"
        role = _acts.role_of(c, actor)
        _acts.enrol(
            c, program, kin, first, first + 1 if once else end, codes, c.ring(), actor, role, marked_to=end + 12
        )
        c.people.households["category"][c.people.persons["household"][kin]] = 0
        c.busy_people.update(kin.tolist())
        if skill < HIGH:
            for relative in kin.tolist():
                day = c.first + int(rng.integers(-100, max(1, (first + 10) * 30)))
                kinship.learn_later(
                    c.kinship, int(c.officials.rows["person"][actor]), relative, int(rng.integers(3, 5)), day
                )


def process(c: County, rng: np.random.Generator) -> None:
    """Where the marks say so the official signs alone; in any case nobody steps aside. Then the honest kin."""
    a, f = c.applications, c.payments
    mine = (f["application"] >= 0) & has(f["typ"], "T31")
    rows = np.flatnonzero(mine)
    applications, first = np.unique(f["application"][rows], return_index=True)
    for application, row in zip(applications.tolist(), rows[first].tolist(), strict=True):
        a["recused"][application] = -1
        if has(f["typ"][row : row + 1], "T32")[0]:
            a["by1"][application] = f["actor"][row]
            if rng.random() < 0.4:
                a["by0"][application] = f["actor"][row]
    poor = np.array([i.means_tested for i in c.programs])[f["program"]]
    related = np.zeros(len(c.people.households), dtype=bool)
    village_posts = np.flatnonzero(c.officials.rows["post"] < 4)
    for official in village_posts.tolist():
        related[c.officials.kin[official]] = True
    clan = c.places.single_surname[f["village"]] & (rng.random(len(f)) < 0.3)
    c.resemble(c.pick(rng, (related[f["household"]] | clan) & poor & c.free(), c.count_look(rng, "T31", 130)), "T31")


SCHEME = Scheme("T31", "kin favoured", plan=plan, process=process)
