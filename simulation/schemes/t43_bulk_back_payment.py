"""T43: back-payments in bulk to the dead, the departed or new names at a period's end; policy catch-ups look alike."""

from __future__ import annotations

import numpy as np

from simulation._clock import FAR
from simulation._county import County
from simulation._frame import Ints
from simulation._labels import number
from simulation._scheme import Scheme
from simulation.schemes import _acts


def pay(c: County, rng: np.random.Generator) -> None:
    """Extra lines for past periods, slipped into a December run; or after a change of rates, for everybody."""
    f, p = c.payments, c.people.persons
    for _ in range(c.count(rng, "T43", 1.8)):
        run = _run(c, rng)
        if run < 0:
            return
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        day = int(c.runs["planned"][run])
        home = c.people.households["village"][p["household"]]
        gone = (home == village) & ((p["death"] < day - 60) | (p["left_day"] < day)) & p["registered"]
        fresh = _acts.neighbours(c, rng, village, 10, p["relation"] == 0)
        who = np.concatenate([np.flatnonzero(gone)[:6], fresh])[: int(rng.integers(*((8, 15), (5, 10), (3, 6))[skill]))]
        actor = int(
            c.officials.clerk_of(
                np.array([c.places.town_of[village]]), c.runs["month"][run : run + 1], c.runs["program"][run : run + 1]
            )[0]
        )
        new = _lines(c, rng, run, who, village, int(rng.integers(2, 9)), actor)
        f = c.payments
        if rng.random() < 0.6:  # papers made up to go with the lines
            f["enrolment"][new] = c.enrolments.add(
                len(who), program=int(c.runs["program"][run]), person=who, household=f["household"][new], first=0, end=0
            )
        kin = _acts.kin_heads(c, actor)
        card = _acts.card_of(
            c, int(kin[0]) if len(kin) else int(c.officials.rows["person"][actor]), int(c.runs["month"][run])
        )
        no_card = c.cards.paid_to(f["person"][new], np.full(len(new), day)) < 0
        f["card"][new[no_card]] = card
        c.mark(new, "T43", c.ring(), actor, _acts.role_of(c, actor))
    _catch_up(c, rng)


def _run(c: County, rng: np.random.Generator) -> int:
    """A late-year run of a monthly item."""
    r = c.runs
    monthly = np.array([i.frequency == "monthly" for i in c.programs])[r["program"]]
    late = (c.start + r["month"]) % 12 >= 10
    pool = c.pick(rng, monthly & late & ~r["drop"] & (r["month"] < c.months), 1)
    return int(pool[0]) if len(pool) else -1


def _lines(c: County, rng: np.random.Generator, run: int, who: Ints, village: int, back: int, prepared: int) -> Ints:
    """One line for each person, for a period `back` months ago."""
    f, r = c.payments, c.runs
    program = int(r["program"][run])
    n = len(who)
    month = max(0, int(r["month"][run]) - back)
    fen = c.fen(program, np.ones(n, dtype=np.int64), np.full(n, village), np.full(n, month)) * back
    at = f["at"][(f["run"] == run) & ~f["drop"]]
    return f.add(
        n,
        run=run,
        program=program,
        period=c.start + month,
        person=who,
        household=c.people.persons["household"][who],
        payee=who,
        quantity=float(back),
        fen=fen,
        village=village,
        prepared=prepared,
        at=int(at.max()) if len(at) else int(r["created"][run]) + 3600,
        line=7000 + np.arange(n),
        grade=1,
    )


def _catch_up(c: County, rng: np.random.Generator) -> None:
    """The rate rose in summer and the difference is paid to everybody on the list at the year's end."""
    f = c.payments
    for _ in range(c.count_look(rng, "T43", 1.2)):
        run = _run(c, rng)
        if run < 0:
            return
        rows = np.flatnonzero((f["run"] == run) & c.free())[: max(20, int(140 * c.scale))]
        rows = rows[c.people.persons["death"][f["person"][rows]] == FAR]
        back = f["period"][rows] - int(rng.integers(1, 6))
        new = f.copy_rows(
            rows,
            period=np.maximum(back, c.start),
            fen=np.maximum(500, f["fen"][rows] // 10 // 100 * 100),
            line=6000 + np.arange(len(rows)),
        )
        f["look"][new] = number("T43")


SCHEME = Scheme("T43", "bulk back-payment at period end", pay=pay)
