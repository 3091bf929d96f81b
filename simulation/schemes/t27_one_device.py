"""T27: one device or wallet bound to many unrelated cards; the honest one is a child's phone for parents."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, waking_hours
from simulation._county import County
from simulation._scheme import Scheme
from simulation.activity import OUT, shared
from simulation.cards import DEVICE
from simulation.schemes import _acts


def bank(c: County, rng: np.random.Generator) -> None:
    """Bind cards of a village to the actor's device; bind parents' cards to a child's."""
    f = c.payments
    for _ in range(c.count(rng, "T27", 1.6)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        first, end = _acts.window(c, rng, skill, 18)
        month = c.payment_month()
        here = (
            c.free()
            & (f["village"] == village)
            & (month >= first)
            & (month < end)
            & (f["card"] >= 0)
            & (f["payee"] == f["person"])
        )
        cards = rng.permutation(np.unique(f["card"][here]))[: int(rng.integers(*((6, 15), (4, 9), (3, 5))[skill]))]
        rows = np.flatnonzero(here & np.isin(f["card"], cards))
        rows = _acts.earliest(c, rows, int(rng.integers(12, 50)))
        if len(rows) < 3:
            continue
        actor, role = _acts.actor_of(c, rng, village, first, 0.7)
        day = int(f["at"][rows].min()) // DAY - int(rng.integers(1, 15))
        devices = [f"DV{int(rng.integers(10**9, 10**10))}" for _ in range(2 if skill == 2 else 1)]
        bind(c, rng, cards, devices, day, int(c.officials.rows["person"][actor]), (1, 5, 25)[skill])
        c.mark(rows, "T27", c.ring(), actor, role)
    _children(c, rng)


def bind(
    c: County,
    rng: np.random.Generator,
    cards: np.ndarray[tuple[int], np.dtype[np.int64]],
    devices: list[str],
    day: int,
    actor: int,
    spread: int,
) -> None:
    """Record the device on each card within `spread` days."""
    at = waking_hours(rng, day + rng.integers(0, spread, len(cards)))
    value = np.array([devices[i % len(devices)] for i in range(len(cards))], dtype=object)
    c.cards.events.add(
        len(cards),
        card=cards,
        at=np.maximum(at, (c.cards.rows["opened"][cards] + 1) * DAY),
        kind=DEVICE,
        value=value,
        actor=actor,
    )


def _children(c: County, rng: np.random.Generator) -> None:
    f = c.payments
    homes = rng.permutation(np.unique(f["household"][c.free() & (f["card"] >= 0)]))
    per_home: dict[int, set[int]] = {}
    for home, card in zip(f["household"].tolist(), f["card"].tolist(), strict=True):
        if card >= 0:
            per_home.setdefault(home, set()).add(card)
    wanted = c.count_look(rng, "T27", 30)
    for home in [h for h in homes.tolist() if len(per_home[h]) >= 2][:wanted]:
        cards = np.array(sorted(per_home[home]), dtype=np.int64)[:4]
        day = int(rng.integers(c.first, c.last - 40))
        bind(c, rng, cards, [f"DV{int(rng.integers(10**9, 10**10))}"], day, int(c.cards.rows["holder"][cards[0]]), 30)
        rows = np.flatnonzero(c.free() & np.isin(f["card"], cards) & (c.payment_day() > day))
        c.resemble(rows[:12], "T27")


def act(c: County, rng: np.random.Generator) -> None:
    """The device moves the money out soon after it arrives."""
    f = c.payments
    at = _acts.credited_at(c)
    for rows, _actor in _acts.rings(c, "T27"):
        rows = rows[(at[rows] > 0) & shared(c, np.maximum(f["card"][rows], 0))]
        _acts.claim_cards(c, rows)
        c.transactions.add(
            len(rows),
            card=f["card"][rows],
            at=at[rows] + rng.integers(600, 150_000, len(rows)),
            kind=OUT,
            fen=f["fen"][rows],
        )


SCHEME = Scheme("T27", "one device, many cards", bank=bank, act=act)
