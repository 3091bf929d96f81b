"""T29: second active cards after the clean-up, opened in bulk by a proxy; the honest bulk is a campaign day."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, FAR
from simulation._county import County
from simulation._scheme import Scheme
from simulation.schemes import _acts


def pay(c: County, rng: np.random.Generator) -> None:
    """A hand opens second cards for people who have one, and leads part of their money there."""
    f = c.payments
    for _ in range(c.count(rng, "T29", 1.8)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        first, end = _acts.window(c, rng, skill, 18)
        month = c.payment_month()
        here = c.free() & (f["village"] == village) & (month >= first) & (month < end) & (f["payee"] == f["person"])
        people = rng.permutation(np.unique(f["person"][here]))[: int(rng.integers(*((6, 14), (4, 9), (2, 5))[skill]))]
        if len(people) < 2:
            continue
        actor, role = _acts.actor_of(c, rng, village, first, 0.4)
        day = c.first + first * 30 - int(rng.integers(8, 60))
        card_of = np.full(len(c.people.persons), -1)
        card_of[people] = _acts.open_by_proxy(c, rng, people, actor, day, skill)
        rows = np.flatnonzero(here & np.isin(f["person"], people))
        rows = rows[c.cards.rows["opened"][card_of[f["person"][rows]]] <= f["at"][rows] // DAY]
        programs = rng.permutation(np.unique(f["program"][rows]))
        rows = rows[np.isin(f["program"][rows], programs[: max(1, len(programs) // (1 + skill))])]
        rows = _acts.earliest(c, rows, int(rng.integers(10, 45)))
        f["card"][rows] = card_of[f["person"][rows]]
        c.mark(rows, "T29|T26" if rng.random() < 0.4 else "T29", c.ring(), actor, role)
    paid = c.payment_day()  # honest: the first months on cards that came by the hundred on one day
    old, new = c.cards.old[f["payee"]], c.cards.new[f["payee"]]
    both = (old >= 0) & (new >= 0) & (f["card"] == new) & (paid < c.cards.switch[f["payee"]] + 260)
    still = both & (c.cards.rows["closed"][np.maximum(old, 0)] > paid)
    proxied = (
        (new >= 0)
        & (c.cards.rows["opened_by"][np.maximum(new, 0)] >= 0)
        & (f["card"] == new)
        & (c.cards.switch[f["payee"]] < FAR)
    )
    c.resemble(c.pick(rng, (still | proxied) & c.free(), c.count_look(rng, "T29", 200)), "T29")


SCHEME = Scheme("T29", "second active card", pay=pay)
