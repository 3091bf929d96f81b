"""T22 套卡: one card receives for many households; honest: guardians, institutions, heads (see entitlements)."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY
from simulation._county import HIGH, LOW, County
from simulation._labels import AGENT
from simulation._scheme import Scheme
from simulation.schemes import _acts


def pay(c: County, rng: np.random.Generator) -> None:
    """Payments of unrelated households are led to one card or two of the actor's side."""
    f, p = c.payments, c.people.persons
    for _ in range(c.count(rng, "T22", 2)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        first, end = _acts.window(c, rng, skill, 20)
        actor, role = _acts.actor_of(c, rng, village, first, 0.3)
        month = c.payment_month()
        regular = np.array([i.span < 12 for i in c.programs])[f["program"]]
        here = c.free() & regular & (f["village"] == village) & (month >= first) & (month < end)
        people = rng.permutation(np.unique(f["person"][here]))[: int(rng.integers(*((4, 12), (3, 8), (2, 4))[skill]))]
        rows = np.flatnonzero(here & np.isin(f["person"], people))
        kin = _acts.kin_heads(c, actor)
        receiver = int(c.officials.rows["person"][actor]) if skill == LOW or not len(kin) else int(kin[0])
        card = _acts.card_of(c, receiver, first)
        if card < 0 or skill == HIGH:
            day = c.first + first * 30 - int(rng.integers(10, 60))
            card = int(_acts.open_by_proxy(c, rng, np.array([receiver]), actor, day, skill)[0])
        rows = _acts.some(
            rng, rows[(f["payee"][rows] != receiver) & (c.cards.rows["opened"][card] <= f["at"][rows] // DAY)], skill
        )
        rows = _acts.earliest(c, rows, int(rng.integers(10, 50)))
        if len(rows) < 2:
            continue
        shows_holder = rng.random() < 0.5
        written = np.full(len(rows), p["name"][receiver], dtype=object) if shows_holder else None
        _acts.take_over(c, rows, card, written)
        c.mark(
            rows,
            "T22" if shows_holder else "T22|T23",
            c.ring(),
            actor,
            AGENT if role == AGENT else _acts.role_of(c, actor),
        )
    _honest(c)


def _honest(c: County) -> None:
    """A card that serves several households of one list: guardians, heads of split households, institutions."""
    f = c.payments
    key = f["run"] * 1_000_000 + f["card"]
    order = np.lexsort((f["household"], key))
    new_home = np.ones(len(f), dtype=np.int64)
    new_home[1:] = (key[order][1:] != key[order][:-1]) | (f["household"][order][1:] != f["household"][order][:-1])
    _, place = np.unique(key, return_inverse=True)
    homes = np.bincount(place[order], weights=new_home)
    c.resemble(np.flatnonzero((homes[place] > 1) & c.free() & (f["card"] >= 0)), "T22")


def act(c: County, rng: np.random.Generator) -> None:
    """The card is drawn on like a purse."""
    for rows, _actor in _acts.rings(c, "T22"):
        if not _acts.marked(c, rows, "T12"):
            _acts.claim_cards(c, rows)
            point = c.cards.point[int(c.payments["village"][rows[0]])]
            outlet = point if point >= 0 else c.cards.counter[0, 0]
            _acts.empty(c, rng, rows, np.array([outlet]), 1, whole=False, pace=400)


SCHEME = Scheme("T22", "one card, many beneficiaries", pay=pay, act=act)
