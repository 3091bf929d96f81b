"""T28: one phone bound to many households' cards; honest: the village office's, a group leader's for elders."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, FAR, waking_hours
from simulation._county import HIGH, LOW, County
from simulation._scheme import Scheme
from simulation.cards import PHONE
from simulation.people import phones
from simulation.schemes import _acts


def bank(c: County, rng: np.random.Generator) -> None:
    """Rebind phones of a village's cards to one number, the approver's own where the actor is not careful."""
    f, p = c.payments, c.people.persons
    for _ in range(c.count(rng, "T28", 1.8)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        first, end = _acts.window(c, rng, skill, 18)
        month = c.payment_month()
        regular = np.array([i.span < 12 for i in c.programs])[f["program"]]
        here = c.free() & regular & (f["village"] == village) & (month >= first) & (month < end) & (f["card"] >= 0)
        cards = rng.permutation(np.unique(f["card"][here]))[: int(rng.integers(*((7, 16), (5, 10), (3, 6))[skill]))]
        rows = np.flatnonzero(here & np.isin(f["card"], cards))
        rows = _acts.earliest(c, rows, int(rng.integers(12, 50)))
        if len(rows) < 3:
            continue
        actor, role = _acts.actor_of(c, rng, village, first, 0.4)
        own = int(p["phone"][c.officials.rows["person"][actor]])
        number = own if skill == LOW and own else int(phones(rng, 1)[0])
        numbers = np.array([number, int(phones(rng, 1)[0])])[: 2 if skill == HIGH else 1]
        day = int(f["at"][rows].min()) // DAY - int(rng.integers(2, 40))
        at = np.maximum(
            waking_hours(rng, day + rng.integers(0, (1, 6, 30)[skill], len(cards))),
            (c.cards.rows["opened"][cards] + 1) * DAY,
        )
        value = numbers[np.arange(len(cards)) % len(numbers)]
        c.cards.events.add(
            len(cards),
            card=cards,
            at=at,
            kind=PHONE,
            value=value.astype(str).astype(object),
            actor=c.officials.rows["person"][actor],
        )
        c.mark(rows, "T28|T25" if rng.random() < 0.4 else "T28", c.ring(), actor, role)
    _honest(c, rng)


def _honest(c: County, rng: np.random.Generator) -> None:
    """Elders without a phone on the number of the village office or of a group leader who reads notices to them."""
    f, p, rows = c.payments, c.people.persons, c.cards.rows
    value, count = np.unique(rows["phone"][rows["phone"] > 0], return_counts=True)
    offices = np.isin(rows["phone"], value[count >= 4])
    c.resemble(
        c.pick(rng, offices[np.maximum(f["card"], 0)] & (f["card"] >= 0) & c.free(), c.count_look(rng, "T28", 70)),
        "T28",
    )
    for _ in range(c.count_look(rng, "T28", 3)):
        village = _acts.busy_village(c, rng)
        leader = c.village_official(rng, 3, village, c.months // 2)
        phone = int(p["phone"][c.officials.rows["person"][leader]])
        holder = rows["holder"]
        elders = (c.people.households["village"][p["household"][holder]] == village) & (
            p["birth"][holder] < c.first - 68 * 365
        )
        elders &= (rows["phone"] == 0) & (rows["closed"] == FAR)
        cards = np.flatnonzero(elders)[:12]
        if phone and len(cards) > 2:
            rows["phone"][cards] = phone
            mine = np.flatnonzero(np.isin(f["card"], cards) & c.free())
            c.resemble(c.pick(rng, np.isin(np.arange(len(f)), mine), 60), "T28")


SCHEME = Scheme("T28", "one phone, many households", bank=bank)
