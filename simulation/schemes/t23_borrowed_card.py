"""T23 借卡: the card's holder is not the payee; the honest ones are written differently, replaced, or a guardian's."""

from __future__ import annotations

import numpy as np

from simulation import names
from simulation._county import County
from simulation._labels import HOUSEHOLD
from simulation._scheme import Scheme
from simulation.schemes import _acts


def pay(c: County, rng: np.random.Generator) -> None:
    """One or two people's payments go to somebody else's card while the list shows their own names."""
    f, p = c.payments, c.people.persons
    for _ in range(c.count(rng, "T23", 4)):
        seed, skill = c.pick(rng, c.free() & (f["payee"] == f["person"]), 1), c.skill(rng)
        if not len(seed):
            return
        row = int(seed[0])
        village = int(f["village"][row])
        mine = np.flatnonzero(c.free() & (f["person"] == f["person"][row]) & (f["at"] >= f["at"][row]))[
            : int(rng.integers(2, 14))
        ]
        mine = _acts.some(rng, mine, skill)
        month = int(c.payment_month()[row])
        near = _acts.neighbours(c, rng, village, 6)
        taker = int(near[-1]) if len(near) else -1
        actor, role = -1, HOUSEHOLD
        if rng.random() < 0.6:
            actor, role = _acts.actor_of(c, rng, village, month, 0.3)
            kin = _acts.kin_heads(c, actor)
            taker = int(kin[0]) if len(kin) else int(c.officials.rows["person"][actor])
        card = _acts.card_of(c, taker, month) if taker >= 0 else -1
        if card < 0 or not len(mine):
            continue
        _acts.take_over(c, mine, card)
        c.mark(mine, "T23", c.ring(), actor, role)
    if c.traits.profile != "other_country":
        rows = c.pick(rng, c.free() & (f["payee"] == f["person"]), c.count_look(rng, "T23", 90))
        f["written"][rows] = names.misspelt(rng, p["name"][f["person"][rows]])
        c.resemble(rows, "T23")


SCHEME = Scheme("T23", "card holder is not the payee", pay=pay)
