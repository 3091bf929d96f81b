"""What people do with their cards: cash on market day or at the village point, by phone, pooled, saved, for rent."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, age_on, waking_hours
from simulation._county import County
from simulation._frame import Array, Bools, Frame, Ints
from simulation.cards import INSTITUTION

KINDS = ("cash_withdrawal", "transfer_out", "transfer_in", "purchase")
CASH, OUT, IN, BUY = range(4)
_COUNTER, _MARKET, _POINT, _MOBILE, _POOL, _SAVE = range(6)


def frame() -> Frame:
    """Card activity; money in fen."""
    return Frame(card=-1, at=0, kind=0, fen=0, outlet=-1, other=-1)


def shared(c: County, card: Ints) -> Bools:
    """Whether the bank of each card shares its activity."""
    out: Bools = c.cards.open_bank[c.cards.rows["bank"][card]] & ~c.cards.rows["held_back"][card]
    return out


def spend(c: County) -> None:
    """Ordinary use of what was credited, except on cards whose activity somebody else writes."""
    rng = c.streams("activity")
    f, s = c.payments, c.settlements
    good = np.flatnonzero((s["status"] == 0) & (s["fen"] > 0))
    row = s["payment"][good]
    card, at, fen = f["card"][row], s["at"][good], s["fen"][good]
    busy = np.zeros(len(c.cards.rows), dtype=bool)
    if c.busy_cards:
        busy[np.fromiter(sorted(c.busy_cards), dtype=np.int64)] = True
    keep = (card >= 0) & ~busy[np.maximum(card, 0)]
    keep &= shared(c, np.maximum(card, 0)) & ~np.isin(c.cards.rows["kind"][np.maximum(card, 0)], (INSTITUTION,))
    row, card, at, fen = row[keep], card[keep], at[keep], fen[keep]
    habit = _habits(c, rng)[card]
    often = np.array([0.5, 0.6, 0.6, 0.7, 0.55, 0.12])[habit]
    does = rng.random(len(row)) < often
    row, card, at, fen, habit = row[does], card[does], at[does], fen[does], habit[does]
    village = c.people.households["village"][c.people.persons["household"][c.cards.rows["holder"][card]]]
    day = at // DAY
    wait = np.where(habit == _POOL, rng.integers(0, 3, len(row)), rng.integers(0, 14, len(row)))
    when = day + wait
    beat = (3, 5, 7, 10)[c.traits.tenant % 4]
    market = when + (-when - c.places.town_of[village]) % beat
    when = np.where(habit == _MARKET, market, when)
    moment = waking_hours(rng, when)
    morning = when * DAY + 28_800 + (rng.beta(2, 3, len(row)) * 10_000).astype(np.int64)
    moment = np.where((habit == _MARKET) | (habit == _POINT), np.where(habit == _MARKET, morning, moment), moment)
    moment = np.maximum(moment, at + 900)
    part = np.where(rng.random(len(row)) < 0.4, 1.0, rng.uniform(0.25, 1.0, len(row)))
    amount = np.maximum(100, (fen * part).astype(np.int64))
    amount = np.where((habit < _MOBILE) & (amount > 10_000), amount // 5000 * 5000, amount)
    bank = c.cards.rows["bank"][card]
    town_counter = c.cards.counter[bank, c.places.town_of[village]]
    point = np.where(c.cards.point[village] >= 0, c.cards.point[village], town_counter)
    outlet = np.where(habit == _POINT, point, town_counter)
    outlet = np.where((habit == _MARKET) & (rng.random(c.places.villages)[village] < 0.5), point, outlet)
    elsewhere = rng.random(len(row)) < 0.08
    outlet = np.where(elsewhere, c.cards.counter[bank, rng.integers(0, c.places.towns, len(row))], outlet)
    kind = np.where(
        habit == _MOBILE, np.where(rng.random(len(row)) < 0.55, BUY, OUT), np.where(habit == _POOL, OUT, CASH)
    )
    pool = _pooled(c)[c.cards.rows["holder"][card]]
    other = np.where(habit == _POOL, pool, -1)
    kind = np.where((kind == OUT) & (habit == _POOL) & ((other < 0) | (other == card)), CASH, kind)
    other = np.where(kind == OUT, other, -1)
    inside = moment < (c.last + 60) * DAY
    c.transactions.add(
        int(inside.sum()),
        card=card[inside],
        at=moment[inside],
        kind=kind[inside],
        fen=amount[inside],
        outlet=np.where(kind == CASH, outlet, -1)[inside],
        other=other[inside],
    )
    mirrored = np.flatnonzero(inside & (kind == OUT) & (other >= 0))
    mirrored = mirrored[shared(c, other[mirrored])]
    c.transactions.add(
        len(mirrored),
        card=other[mirrored],
        at=moment[mirrored] + 5,
        kind=IN,
        fen=amount[mirrored],
        other=card[mirrored],
    )
    pooled = row[(habit == _POOL) & (kind == OUT)]
    c.resemble(pooled[rng.random(len(pooled)) < 0.3], "T26")
    at_market = row[(habit == _MARKET) & (outlet == point)]
    c.resemble(at_market[rng.random(len(at_market)) < 0.05], "T25")


def _habits(c: County, rng: np.random.Generator) -> Array:
    """How each card is used, by age of its holder and what the village offers."""
    rows, p = c.cards.rows, c.people.persons
    holder = rows["holder"]
    old = age_on(p["birth"][holder], c.first) > 62
    t = c.traits
    point = c.cards.point[c.people.households["village"][p["household"][holder]]] >= 0
    n = len(rows)
    weight = np.stack(
        [
            np.full(n, 0.35),
            np.full(n, t.market_day) * np.where(old, 1.0, 0.5),
            np.where(point, 0.8 * t.agent_points, 0.0),
            np.where(old, 0.02, t.mobile),
            np.where(old, 0.12, 0.05),
            np.where(old, 0.25, 0.12),
        ]
    )
    edge = np.cumsum(weight / weight.sum(axis=0), axis=0)
    habit: Array = (rng.random(n) > edge).sum(axis=0).clip(0, 5)
    return habit


def _pooled(c: County) -> Ints:
    """The card a family gathers its money on: the head's, by person."""
    head = c.people.households["head"][c.people.persons["household"]]
    card = c.cards.paid_to(np.maximum(head, 0), np.full(len(head), c.last))
    out: Ints = np.where(head >= 0, card, -1)
    return out
