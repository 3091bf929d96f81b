"""T25 扣卡: somebody keeps people's cards and empties them in series, run after run; market days only look like it."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, waking_hours
from simulation._county import HIGH, County
from simulation._labels import number
from simulation._scheme import Scheme
from simulation.activity import CASH, shared
from simulation.cards import HANDED, PIN
from simulation.schemes import _acts


def bank(c: County, rng: np.random.Generator) -> None:
    """Choose the cards of people on living allowances or old-age items in one village."""
    f, p = c.payments, c.people.persons
    for _ in range(c.count(rng, "T25", 2.2)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        first, end = _acts.window(c, rng, skill, 22)
        month = c.payment_month()
        regular = np.array([i.span < 12 for i in c.programs])[f["program"]]
        here = c.free() & regular & (f["village"] == village) & (month >= first) & (month < end) & (f["card"] >= 0)
        here &= (p["birth"] < c.first - 45 * 365)[f["person"]] & (f["payee"] == f["person"])
        if rng.random() < 0.85:
            here &= shared(c, np.maximum(f["card"], 0))
        cards, count = np.unique(f["card"][here], return_counts=True)
        cards = cards[np.argsort(-count, kind="stable")][: int(rng.integers(*((8, 22), (5, 12), (3, 6))[skill]))]
        rows = np.flatnonzero(here & np.isin(f["card"], cards))
        rows = _acts.earliest(c, rows, int(rng.integers(25, 90)))
        if len(rows) < 3:
            continue
        actor, role = _acts.actor_of(c, rng, village, first, 0.45)
        c.mark(rows, "T25", c.ring(), actor, role)
        if rng.random() < 0.3:
            at = (c.first + first * 30) * DAY + 40_000 + np.arange(len(cards)) * 90
            c.cards.events.add(
                len(cards), card=cards, at=at, kind=PIN if skill else HANDED, actor=c.officials.rows["person"][actor]
            )


def act(c: County, rng: np.random.Generator) -> None:
    """Empty the kept cards; and write what only looks like it: a child drawing for both parents, a helper on record."""
    f = c.payments
    for rows, _actor in _acts.rings(c, "T25"):
        skill = c.skill(rng)
        village = int(f["village"][rows[0]])
        point = c.cards.point[village]
        town = int(c.places.town_of[village])
        outlets = np.concatenate([[point] if point >= 0 else [], c.cards.counter[:, town]]).astype(np.int64)
        _acts.claim_cards(c, rows)
        _acts.empty(c, rng, _acts.some(rng, rows, 0 if skill < HIGH else 1), outlets, skill, whole=rng.random() < 0.6)
    _children(c, rng)


def _children(c: County, rng: np.random.Generator) -> None:
    """Two cards of one household drawn within minutes, month after month."""
    f = c.payments
    at = _acts.credited_at(c)
    ok = c.free() & (at > 0) & (f["card"] >= 0)
    homes = rng.permutation(np.unique(f["household"][ok]))
    per_home = np.bincount(f["household"][ok], minlength=len(c.people.households))
    homes = homes[per_home[homes] > 20][: c.count_look(rng, "T25", 22)]
    busy = c.busy_cards
    for home in homes.tolist():
        rows = np.flatnonzero(ok & (f["household"] == home))
        cards = np.unique(f["card"][rows])
        if len(cards) < 2 or busy.intersection(cards.tolist()):
            continue
        _acts.claim_cards(c, rows)
        outlet = c.cards.counter[0, int(c.places.town_of[int(f["village"][rows[0]])])]
        day = at[rows] // DAY + rng.integers(0, 4)
        moment = np.maximum(
            waking_hours(rng, day) // DAY * DAY + 34_000 + rng.integers(0, 500, len(rows)), at[rows] + 900
        )
        seen = shared(c, f["card"][rows])
        c.transactions.add(
            int(seen.sum()),
            card=f["card"][rows][seen],
            at=moment[seen],
            kind=CASH,
            fen=f["fen"][rows][seen],
            outlet=outlet,
        )
        f["look"][rows] = number("T25")


SCHEME = Scheme("T25", "kept cards emptied in series", bank=bank, act=act)
