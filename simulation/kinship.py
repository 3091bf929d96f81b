"""Who is related to officials: partly on record, partly declared by the officials themselves."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, first_day, office_hours
from simulation._frame import Frame, Ints
from simulation._streams import Streams
from simulation._traits import Traits
from simulation.officials import Officials
from simulation.people import CHILD, HEAD, PARENT, SIBLING, SPOUSE, People

RELATIONS = ("spouse", "parent", "child", "sibling", "in_law", "other")


def frame() -> Frame:
    """Ties as recorded: `declared` is 1, 0 or -1 (not stated)."""
    return Frame(person=-1, relative=-1, relation=5, declared=-1, recorded=0)


def build(streams: Streams, t: Traits, people: People, officials: Officials, start: int) -> Frame:
    """Ties of every official within the household and to a few other households of the home village.

    Fills `officials.kin` with all kin households, recorded or not.
    """
    rng = streams("kinship")
    ties = frame()
    p, h = people.persons, people.households
    members: dict[int, list[int]] = {}
    for person, home in enumerate(p["household"].tolist()):
        members.setdefault(home, []).append(person)
    by_village: dict[int, list[int]] = {}
    for home, v in enumerate(h["village"].tolist()):
        by_village.setdefault(v, []).append(home)
    first = int(first_day(start))
    done: dict[int, Ints] = {}
    relation_of = {SPOUSE: 0, PARENT: 1, CHILD: 2, SIBLING: 3}
    for official in range(len(officials.rows)):
        person = int(officials.rows["person"][official])
        if person in done:
            officials.kin[official] = done[person]
            continue
        home = int(p["household"][person])
        own = p["relation"][person]
        known = rng.random() < t.kin_recorded
        declares = rng.random() < t.kin_declared
        for other in members[home]:
            if other == person or not known or rng.random() < 0.15:
                continue
            relation = relation_of.get(int(p["relation"][other]), 5) if own == HEAD else 5
            _tie(rng, ties, person, other, relation, declares, first)
        village_homes = by_village[int(h["village"][home])]
        surname = h["surname"][home]
        pick = [village_homes[i] for i in rng.integers(0, len(village_homes), 10)]
        kin_homes = [home]
        for other_home in pick:
            same = h["surname"][other_home] == surname
            if other_home == home or rng.random() > (0.4 if same else 0.09) * t.kin_density or len(kin_homes) > 6:
                continue
            head = int(h["head"][other_home])
            kin_homes.append(other_home)
            if rng.random() < t.kin_recorded * 0.85:
                _tie(rng, ties, person, head, 3 if same else 4, declares and rng.random() < 0.8, first)
        done[person] = officials.kin[official] = np.unique(np.array(kin_homes))
    heads = np.flatnonzero((p["relation"] == HEAD) & (rng.random(len(p)) < 0.05))
    heads = np.setdiff1d(heads, officials.rows["person"])
    for person in heads.tolist():  # ordinary people's ties, as the register happens to know them
        others = by_village[int(h["village"][p["household"][person]])]
        other = int(h["head"][others[int(rng.integers(0, len(others)))]])
        if other != person:
            _tie(rng, ties, person, other, int(rng.integers(3, 6)), False, first)
    return ties


def _tie(
    rng: np.random.Generator, ties: Frame, person: int, relative: int, relation: int, declared: bool, first: int
) -> None:
    late = rng.random() < 0.25  # the register goes on learning
    day = first + int(rng.integers(0, 900)) if late else first - int(rng.integers(20, 400))
    recorded = int(office_hours(rng, np.array([day]))[0])
    ties.add(1, person=person, relative=relative, relation=relation, declared=int(declared), recorded=recorded)


def learn_later(ties: Frame, person: int, relative: int, relation: int, day: int) -> None:
    """A tie nobody declared that the platform learns on `day`."""
    ties.add(1, person=person, relative=relative, relation=relation, declared=0, recorded=day * DAY + 36_000)
