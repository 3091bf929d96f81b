"""T12: people made up in bulk by one hand, cards opened for them, the money gathered; beside it, quiet elders."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, FAR
from simulation._county import HIGH, LOW, County
from simulation._scheme import Scheme
from simulation.schemes import _acts


def plan(c: County, rng: np.random.Generator) -> None:
    """Ghosts on a list, their cards opened by the same hand, what they receive swept to one card."""
    for _ in range(c.count(rng, "T12", 1.7)):
        village, skill = _acts.busy_village(c, rng), c.skill(rng)
        first, end = _acts.window(c, rng, skill, 12)
        count = int(rng.integers(*((5, 12), (4, 8), (2, 5))[skill]))
        old = rng.random() < 0.5
        day = c.first + first * 30 - int(rng.integers(25, 70))
        actor, role = _acts.actor_of(c, rng, village, first, 0.2)
        keys = ["elder80", "resettled", "disabled_life"]
        keys = keys if old else ["rural_dibao", "arable", "resettled", "temporary_post"]
        program = int(rng.choice(c.positions(*keys)))
        item = c.programs[program]
        ages = (82.0, 86.5) if item.min_age >= 80 else (66.0, 88.0) if old else (28.0, 60.0)
        who = _acts.ghosts(c, rng, village, count, day, ages, together=1 if skill else 2)
        new = _acts.open_by_proxy(c, rng, who, actor, day + int(rng.integers(2, 15)), skill)
        c.cards.new[who] = new
        codes = "T12|T29" if skill == LOW and count >= 5 else "T12"
        quantity = np.round(rng.uniform(2, 6, count), 1) if item.land else 1.0
        if item.land:  # a parcel on paper for each
            c.holdings.add(
                count,
                serial=1_500_000 + len(c.holdings) + np.arange(count),
                household=c.people.persons["household"][who],
                kind=0,
                quantity=quantity,
                since=day,
                recorded=(day + 4) * DAY + 36_000,
            )
        _acts.enrol(
            c,
            program,
            who,
            first,
            c.months + 1 if item.land else end,
            codes + "|T26" * (skill < HIGH),
            c.ring(),
            actor,
            role,
            quantity=quantity,
        )


def pay(c: County, rng: np.random.Generator) -> None:
    """Honest: old people without a phone who take cash; families newly resettled, registered on one day."""
    f, p = c.payments, c.people.persons
    quiet = (p["phone"] == 0) & (p["birth"] < c.first - 72 * 365) & (p["death"] == FAR) & p["registered"]
    new = p["recorded"] > (c.first + 60) * 86_400
    c.resemble(c.pick(rng, (quiet | new)[f["person"]] & c.free(), c.count_look(rng, "T12", 190)), "T12")


def act(c: County, rng: np.random.Generator) -> None:
    """Sweep what the ghosts receive to a card of the actor."""
    f = c.payments
    for rows, actor in _acts.rings(c, "T12"):
        target = _acts.card_of(c, int(c.officials.rows["person"][actor]), c.months // 2)
        target = target if target >= 0 else int(f["card"][rows[0]])
        _acts.claim_cards(c, rows)
        if _acts.marked(c, rows, "T26"):
            _acts.sweep(c, rng, rows, target, LOW)
        else:
            outlets = c.cards.counter[0, rng.integers(0, c.places.towns, 3)]
            _acts.empty(c, rng, rows, outlets, HIGH)


SCHEME = Scheme("T12", "people who are not there", plan=plan, pay=pay, act=act)
