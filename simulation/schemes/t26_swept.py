"""T26: payouts of many swept to one account within days; the honest ones pool in the family or pay rent for land."""

from __future__ import annotations

import numpy as np

from simulation._county import County
from simulation._scheme import Scheme
from simulation.activity import shared
from simulation.schemes import _acts


def bank(c: County, rng: np.random.Generator) -> None:
    """Choose accounts in one village whose money will move on."""
    f = c.payments
    for _ in range(c.count(rng, "T26", 1.8)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        first, end = _acts.window(c, rng, skill, 16)
        month = c.payment_month()
        here = c.free() & (f["village"] == village) & (month >= first) & (month < end) & (f["card"] >= 0)
        here &= shared(c, np.maximum(f["card"], 0))
        people = rng.permutation(np.unique(f["person"][here]))[: int(rng.integers(*((6, 14), (4, 9), (3, 5))[skill]))]
        rows = np.flatnonzero(here & np.isin(f["person"], people))
        rows = _acts.earliest(c, rows, int(rng.integers(12, 50)))
        actor, role = _acts.actor_of(c, rng, village, first, 0.5)
        if len(rows) > 2:
            c.mark(rows, "T26", c.ring(), actor, role)


def act(c: County, rng: np.random.Generator) -> None:
    """Sweep, and let tenants pay a landlord's rent after the yearly land payment."""
    f = c.payments
    for rows, actor in _acts.rings(c, "T26"):
        if _acts.marked(c, rows, "T12"):
            continue
        target = _acts.card_of(c, int(c.officials.rows["person"][actor]), c.months // 2)
        if target >= 0:
            _acts.claim_cards(c, rows)
            _acts.sweep(c, rng, rows, target, c.skill(rng))
    land = np.array([i.land for i in c.programs])[f["program"]]
    for _ in range(c.count_look(rng, "T26", 8)):
        village = _acts.busy_village(c, rng)
        here = np.flatnonzero(c.free() & land & (f["village"] == village) & (f["card"] >= 0))
        if len(here) < 4:
            continue
        owner = int(f["card"][here[0]])
        run = f["run"][rng.choice(here)]
        rows = rng.permutation(here[f["run"][here] == run])[: int(rng.integers(3, 9))]
        _acts.sweep(c, rng, rows, owner, 1, hours=int(rng.integers(40, 300)))
        c.resemble(rows, "T26")


SCHEME = Scheme("T26", "payouts swept to one account", bank=bank, act=act)
