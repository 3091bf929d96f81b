"""T40: returned money never paid again, or paid to somebody else; the honest account was corrected by its holder."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY
from simulation._county import County
from simulation._labels import DEPARTMENT, OFFICIAL
from simulation._scheme import Scheme
from simulation.bank import PAID, RETURNED
from simulation.schemes import _acts


def bank(c: County, rng: np.random.Generator) -> None:
    """Some payments come back and stay away; some reach another hand under the same name."""
    f, s = c.payments, c.settlements
    place = np.full(len(f), -1)
    place[s["payment"]] = np.arange(len(s))
    reissued = np.zeros(len(f), dtype=bool)
    reissued[f["reissue"][f["reissue"] >= 0]] = True
    for _ in range(c.count(rng, "T40", 5)):
        ok = c.free() & (place >= 0) & ~reissued & (c.payment_day() < c.last - 120)
        seed = c.pick(rng, ok, 1)
        if not len(seed):
            return
        near = ok & (f["run"] == f["run"][seed[0]]) & (f["village"] == f["village"][seed[0]])
        rows = c.pick(rng, near, int(rng.integers(1, 7)))
        reissued[rows] = True
        s["status"][place[rows]], s["fen"][place[rows]] = RETURNED, 0
        s["reason"][place[rows]] = rng.integers(1, 5, len(rows))
        actor, ring = int(f["prepared"][rows[0]]), c.ring()
        if rng.random() < 0.45:
            c.mark(rows, "T40", ring, actor, DEPARTMENT)
            continue
        kin = _acts.kin_heads(c, actor)
        taker = int(kin[0]) if len(kin) else int(c.officials.rows["person"][actor])
        month = min(c.months - 1, int(c.payment_month()[rows[0]]) + 2)
        card = _acts.card_of(c, taker, month)
        if card < 0:
            continue
        at = s["at"][place[rows]] + rng.integers(12, 70, len(rows)) * DAY
        at = np.minimum(at, (c.last - 1) * DAY)
        new = f.copy_rows(
            rows,
            reissue=rows,
            card=card,
            at=at,
            line=9500 + np.arange(len(rows)),
            written=c.people.persons["name"][f["payee"][rows]],
        )
        c.mark(new, "T40", ring, actor, OFFICIAL)
        fen = f["fen"][new]
        s.add(len(new), payment=new, status=PAID, fen=fen, at=at + DAY, reason=0)
        place = np.concatenate([place, np.arange(len(s) - len(new), len(s))])
        reissued = np.concatenate([reissued, np.ones(len(new), dtype=bool)])
    _corrected(c, rng)


def _corrected(c: County, rng: np.random.Generator) -> None:
    """Honest: the account was wrong, its holder came with the right one, and the money was paid again there."""
    f, s = c.payments, c.settlements
    place = np.full(len(f), -1)
    place[s["payment"]] = np.arange(len(s))
    again = f["reissue"][f["reissue"] >= 0]
    ok = c.free() & (place >= 0) & (c.payment_day() < c.last - 150) & (f["card"] >= 0)
    ok[again] = False
    rows = c.pick(rng, ok & (s["status"][np.maximum(place, 0)] == PAID), c.count_look(rng, "T40", 24))
    s["status"][place[rows]], s["fen"][place[rows]] = RETURNED, 0
    s["reason"][place[rows]] = rng.integers(1, 5, len(rows))
    at = s["at"][place[rows]] + rng.integers(8, 80, len(rows)) * DAY
    own = c.cards.paid_to(f["payee"][rows], at // DAY)
    new = f.copy_rows(rows, reissue=rows, card=np.where(own >= 0, own, f["card"][rows]), at=at, line=9700)
    s.add(len(new), payment=new, status=PAID, fen=f["fen"][new], at=at + DAY)
    c.resemble(np.concatenate([rows, new]), "T40")


SCHEME = Scheme("T40", "returned money lost or led elsewhere", bank=bank)
