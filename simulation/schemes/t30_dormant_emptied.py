"""T30: long untouched accounts emptied after death or at a great age; migrants come home for Spring Festival."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, FAR, calendar, waking_hours
from simulation._county import HIGH, County
from simulation._frame import Ints
from simulation._scheme import Scheme
from simulation.activity import CASH, shared
from simulation.schemes import _acts


def bank(c: County, rng: np.random.Generator) -> None:
    """Choose accounts of the very old or the dead that somebody will empty."""
    f, p = c.payments, c.people.persons
    for _ in range(c.count(rng, "T30", 7)):
        month = c.payment_month()
        frail = (p["birth"] < c.first - 83 * 365)[f["person"]] | (p["death"][f["person"]] < FAR)
        ok = c.free() & frail & (f["card"] >= 0) & (month > 6) & (f["payee"] == f["person"])
        ok &= shared(c, np.maximum(f["card"], 0))
        seed = c.pick(rng, ok, 1)
        if not len(seed):
            return
        rows = np.flatnonzero(ok & (f["card"] == f["card"][seed[0]]) & (f["at"] <= f["at"][seed[0]]))[
            -int(rng.integers(3, 9)) :
        ]
        village = int(f["village"][rows[0]])
        actor, role = _acts.actor_of(c, rng, village, int(month[rows[0]]), 0.6)
        if len(rows) >= 2:
            c.mark(rows, "T30", c.ring(), actor, role)


def act(c: County, rng: np.random.Generator) -> None:
    """Months of silence, then everything in one or a few days."""
    f = c.payments
    at = _acts.credited_at(c)
    for rows, _actor in _acts.rings(c, "T30"):
        skill = c.skill(rng)
        whole = np.flatnonzero((f["card"] == f["card"][rows[0]]) & ~f["drop"])
        _acts.claim_cards(c, whole)
        _draw(c, rng, rows, int(at[rows].max()) // DAY + int(rng.integers(1, 20)), 4 if skill == HIGH else 1)
    ok = np.flatnonzero(c.free() & (f["card"] >= 0) & (at > 0))
    ok = ok[shared(c, f["card"][ok])]
    cards = rng.permutation(np.unique(f["card"][ok]))[: c.count_look(rng, "T30", 26)]
    for card in cards.tolist():  # saved all year, drawn around the New Year
        if card in c.busy_cards:
            continue
        rows = ok[f["card"][ok] == card]
        _acts.claim_cards(c, rows)
        year, month, _ = calendar(at[rows] // DAY)
        season = year + (month > 1)
        for one in np.unique(season).tolist():
            mine = rows[season == one]
            feast = int((np.datetime64(f"{one}-01-20") - np.datetime64("1970-01-01")).astype(int)) + int(
                rng.integers(0, 25)
            )
            _draw(c, rng, mine, max(feast, int(at[mine].max()) // DAY + 1), 1)
            c.resemble(mine[-2:], "T30")


def _draw(c: County, rng: np.random.Generator, rows: Ints, day: int, parts: int) -> None:
    total = int(c.payments["fen"][rows].sum())
    card = int(c.payments["card"][rows[0]])
    outlet = c.cards.counter[int(c.cards.rows["bank"][card]), int(rng.integers(0, c.places.towns))]
    days = day + np.sort(rng.integers(0, 1 + 6 * (parts - 1), parts))
    c.transactions.add(
        parts, card=card, at=waking_hours(rng, days), kind=CASH, fen=max(100, total // parts), outlet=outlet
    )


SCHEME = Scheme("T30", "long dormant, then emptied", bank=bank, act=act)
