"""T24: payee cards switched just before a run and back after it; the honest ones moved to new cards or lost theirs."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, FAR
from simulation._county import LOW, County
from simulation._scheme import Scheme
from simulation.cards import DEBIT, LOST, PAYEE, SOCIAL
from simulation.schemes import _acts


def pay(c: County, rng: np.random.Generator) -> None:
    """For one run, some people's money goes to cards opened days before; the next run uses their own again."""
    f = c.payments
    for _ in range(c.count(rng, "T24", 3)):
        skill = c.skill(rng)
        seed = c.pick(rng, c.free() & (f["fen"] > 8000) & (c.payment_month() > 0), 1)
        if not len(seed):
            return
        run, village = int(f["run"][seed[0]]), int(f["village"][seed[0]])
        rows = np.flatnonzero(c.free() & (f["run"] == run) & (f["village"] == village))
        rows = rng.permutation(rows)[: int(rng.integers(*((4, 10), (3, 7), (2, 4))[skill]))]
        month = int(c.payment_month()[rows[0]])
        actor, role = _acts.actor_of(c, rng, village, month, 0.4)
        day = int(f["at"][rows].min()) // DAY - int(rng.integers(1, (4, 9, 20)[skill]))
        kind = DEBIT if rng.random() < 0.4 else SOCIAL
        if skill == LOW or rng.random() < 0.4:
            taker = np.array([int(c.officials.rows["person"][actor])])
            card = np.repeat(_acts.open_by_proxy(c, rng, taker, actor, day, skill, DEBIT), len(rows))
        else:
            card = _acts.open_by_proxy(c, rng, f["person"][rows], actor, day, skill, kind)
        opened = c.cards.rows["opened"][card]
        card = np.where(opened <= f["at"][rows] // DAY, card, card[np.argmin(opened)])
        _acts.take_over(c, rows, card)
        pid = c.programs[int(f["program"][rows[0]])].pid
        c.cards.events.add(
            len(rows),
            card=card,
            at=day * DAY + 37_000 + np.arange(len(rows)) * 40,
            kind=PAYEE,
            value=pid,
            actor=c.officials.rows["person"][actor],
        )
        c.mark(rows, "T24" if len(np.unique(card)) > 1 else "T24|T22", c.ring(), actor, role)
    _honest(c, rng)


def _honest(c: County, rng: np.random.Generator) -> None:
    """First payments on a new card after the campaign, and after a loss."""
    f = c.payments
    day, switch = c.payment_day(), c.cards.switch[f["payee"]]
    fresh = (switch < FAR) & (day >= switch) & (day < switch + 100) & c.free()
    c.resemble(c.pick(rng, fresh, c.count_look(rng, "T24", 70)), "T24")
    lost = c.cards.events["card"][c.cards.events["kind"] == LOST]
    hit = np.zeros(len(c.people.persons), dtype=bool)
    hit[c.cards.rows["holder"][lost]] = True
    c.resemble(np.flatnonzero(fresh & hit[f["payee"]]), "T24")


SCHEME = Scheme("T24", "payee card switched around a run", pay=pay)
