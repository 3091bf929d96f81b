"""T01 死亡冒领: an allowance kept running after a death; the skilled see to it that nobody records the death."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, FAR, month_of, office_hours
from simulation._county import HIGH, LOW, County
from simulation._frame import Ints
from simulation._labels import HOUSEHOLD, bits
from simulation._scheme import Scheme
from simulation.schemes import _acts
from simulation.vital import DEATH


def plan(c: County, rng: np.random.Generator) -> None:
    """Let enrolments of the dead run on, by the household or by a village official."""
    e, p = c.enrolments, c.people.persons
    living = np.array([i.living_only for i in c.programs])[e["program"]]
    died = month_of(p["death"][e["person"]]) - c.start
    pool = rng.permutation(
        np.flatnonzero(living & (p["death"][e["person"]] < FAR) & (died > 0) & (died < c.months - 4) & (e["typ"] == 0))
    )
    spread = rng.random(c.places.villages) ** 3  # where one hand keeps cards, several of the dead go on receiving
    home = c.people.households["village"][e["household"][pool]]
    pool = pool[np.argsort(rng.random(len(pool)) * (1 - spread[home]), kind="stable")]
    for row in pool[: c.count(rng, "T01", 7)].tolist():
        person, month, skill = int(e["person"][row]), int(died[row]), c.skill(rng)
        span = c.programs[int(e["program"][row])].span
        length = int(rng.integers(*((6, 22), (4, 13), (3, 8))[skill]))
        actor, role = -1, HOUSEHOLD
        if rng.random() < 0.4:
            actor, role = _acts.actor_of(c, rng, int(home[0] if len(home) else 0), month)
            village = int(c.people.households["village"][e["household"][row]])
            actor, role = _acts.actor_of(c, rng, village, month)
        e["end"][row] = min(month + 1 + length, c.months + 2)
        for name, value in (
            ("typ", bits("T01")),
            ("ring", c.ring()),
            ("actor", actor),
            ("role", role),
            ("marked_from", month + span),
            ("marked_to", 10_000),
            ("look", 0),
        ):
            e[name][row] = value
        c.busy_people.add(person)
        events = np.flatnonzero((c.events["person"] == person) & (c.events["kind"] == DEATH))
        if skill == HIGH:  # the record waits until the payments are over
            c.events["recorded"][events] = np.maximum(
                c.events["recorded"][events], (int(p["death"][person]) + 30 * (length + 1)) * DAY + 40_000
            )
        elif skill == LOW and len(events):
            known = office_hours(rng, np.full(len(events), int(p["death"][person]) + int(rng.integers(8, 60))))
            c.events["recorded"][events] = np.minimum(c.events["recorded"][events], known)


def pay(c: County, rng: np.random.Generator) -> None:
    """Honest: people falsely recorded dead go on receiving; arrears for months alive reach the family."""
    f, p = c.payments, c.people.persons
    wrong = p["false_death"][f["person"]] <= c.payment_day()
    c.resemble(np.flatnonzero(wrong & c.free()), "T01")
    day = c.payment_day()
    gap = p["death"][f["person"]] - day
    last = c.pick(rng, c.free() & (gap > 0) & (gap < 45), c.count_look(rng, "T01", 30))
    _arrears(c, rng, last)


def _arrears(c: County, rng: np.random.Generator, rows: Ints) -> None:
    """A second payment for the last month alive, settled some weeks after the death."""
    f, r = c.payments, c.runs
    for row in rows.tolist():
        later = np.flatnonzero(
            (r["program"] == f["program"][row]) & (r["month"] > r["month"][f["run"][row]]) & ~r["drop"]
        )
        if not len(later):
            continue
        run = int(later[0])
        # the first list was short of a part, which the next one brings
        part = int(f["fen"][row]) // 2
        f["fen"][row] -= part
        new = c.payments.copy_rows(
            np.array([row]), run=run, fen=part, at=int(r["created"][run]) + 5400, line=8000, card=-1
        )
        c.resemble(np.append(new, row), "T01")
        f = c.payments


SCHEME = Scheme("T01", "paid after death", plan=plan, pay=pay)
