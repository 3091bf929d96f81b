"""T34: a block of one list copied to another township's or item's; last year's own list is carried over lawfully."""

from __future__ import annotations

import numpy as np

from simulation._clock import FAR
from simulation._county import County
from simulation._scheme import Scheme
from simulation.schemes import _acts


def plan(c: County, rng: np.random.Generator) -> None:
    """Copy neighbours from one list, in order, to a list of a village elsewhere, or to another item."""
    e, p = c.enrolments, c.people.persons
    for _ in range(c.count(rng, "T34", 1.5)):
        skill = c.skill(rng)
        source = int(rng.choice(c.positions("arable", "elder80", "disabled_life", "forest")))
        village = _acts.busy_village(c, rng)
        block = np.flatnonzero(
            (e["program"] == source) & (c.people.households["village"][e["household"]] == village) & (e["typ"] == 0)
        )
        block = block[p["death"][e["person"][block]] == FAR]
        size = int(rng.integers(*((9, 18), (6, 12), (4, 7))[skill]))
        if len(block) < size:
            continue
        at = int(rng.integers(0, len(block) - size + 1))
        block = block[np.argsort(e["order"][block], kind="stable")][at : at + size]
        who = e["person"][block]
        first, end = _acts.window(c, rng, skill, 5)
        there = int(rng.integers(0, c.places.villages))
        elsewhere = c.places.town_of[there] != c.places.town_of[village]
        target = int(rng.choice(c.positions("relief", "disabled_life", "rural_dibao", "resettled")))
        item = c.programs[target]
        actor = int(c.officials.clerk_of(np.array([c.places.town_of[there]]), np.array([first]), np.array([target]))[0])
        kin = _acts.kin_heads(c, actor)
        payee = int(kin[0]) if len(kin) and rng.random() < 0.4 else -1
        codes = "T34|T22|T23" if payee >= 0 else "T34"
        rows = _acts.enrol(
            c,
            target,
            who,
            first,
            first + 1 if item.frequency == "one_off" else end,
            codes,
            c.ring(),
            actor,
            _acts.role_of(c, actor),
            village=there if elsewhere else village,
            marked_to=end + 12,
        )
        if payee >= 0:
            c.enrolments["payee"][rows] = payee
        e = c.enrolments


def pay(c: County, rng: np.random.Generator) -> None:
    """Honest: last year's list of the same item and township."""
    f = c.payments
    yearly = np.array([i.frequency == "annual" for i in c.programs])[f["program"]]
    later = f["period"] > c.start + 6
    c.resemble(c.pick(rng, yearly & later & c.free(), c.count_look(rng, "T34", 110)), "T34")


SCHEME = Scheme("T34", "roster blocks copied", plan=plan, pay=pay)
