"""Mistakes nobody gains from: a slipped digit, a point in the wrong place, a line keyed twice, a wrong card."""

from __future__ import annotations

import numpy as np

from simulation._county import County
from simulation._frame import Ints
from simulation._scheme import Scheme


def pay(c: County, rng: np.random.Generator) -> None:
    """Single slips, right again in the next period."""
    f = c.payments
    amounts = _take(c, rng, 22, f["fen"] > 2000)
    slip = rng.random(len(amounts))
    f["fen"][amounts] = np.where(slip < 0.4, f["fen"][amounts] * 10, _swapped(f["fen"][amounts]))
    c.resemble(amounts, "T18", error=True)
    land = np.array([p.land for p in c.programs])[f["program"]]
    quantities = _take(c, rng, 14, land & (f["quantity"] > 0.5))
    f["fen"][quantities] *= 10
    f["quantity"][quantities] *= 10
    c.resemble(quantities, "T13", error=True)
    twice = _take(c, rng, 18, f["fen"] > 0)
    new = f.copy_rows(twice, line=f["line"][twice])
    c.resemble(new, "T03", error=True)
    wrong = _take(c, rng, 14, f["card"] >= 0)
    same_list = np.roll(np.arange(len(f)), -1)[wrong]  # the line below
    ok = (f["run"][same_list] == f["run"][wrong]) & (f["card"][same_list] >= 0)
    wrong, same_list = wrong[ok], same_list[ok]
    f["written"][wrong] = c.people.persons["name"][f["payee"][wrong]]
    f["card"][wrong] = f["card"][same_list]
    c.resemble(wrong, "T23", error=True)


def process(c: County, rng: np.random.Generator) -> None:
    """A list posted on the wall and never entered, or entered with the wrong day."""
    a, f = c.applications, c.payments
    rows = c.pick(rng, c.free() & (f["application"] >= 0), c.count_look(rng, "T37", 12))
    rows = rows[a["notice"][f["application"][rows]]]
    pool = f["application"][rows]
    late = rng.random(len(pool)) < 0.5
    a["notice"][pool[~late]] = False
    a["posted_from"][pool[late]] += rng.integers(2, 6, int(late.sum()))
    a["posted_from"][pool] = np.minimum(a["posted_from"][pool], a["posted_to"][pool])
    mine = np.flatnonzero(np.isin(f["application"], pool) & c.free())
    c.resemble(mine, "T37", error=True)


def _take(c: County, rng: np.random.Generator, base: float, mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ints:
    count = int(rng.poisson(base * c.scale * c.traits.clumsy))
    return c.pick(rng, c.free() & mask, count)


def _swapped(fen: Ints) -> Ints:
    """The first two digits of the yuan exchanged, or ten yuan more where they are the same."""
    yuan = fen // 100
    power = 10 ** np.maximum(0, np.floor(np.log10(np.maximum(yuan, 10))).astype(np.int64) - 1)
    pair = yuan // power
    swapped = (pair % 10 * 10 + pair // 10) * power + yuan % power
    out: Ints = np.where(swapped == yuan, fen + 1000, swapped * 100 + fen % 100)
    return np.maximum(100, out)


SCHEME = Scheme("", "honest mistakes", pay=pay, process=process)
