"""Households and their members, with the births, marriages, moves and splits of the years in view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from simulation import identity, names
from simulation._clock import DAY, FAR, age_on, calendar, first_day, office_hours
from simulation._frame import Array, Bools, Frame, Ints
from simulation._streams import Streams
from simulation._traits import Traits
from simulation.places import Places

RELATIONS = ("head", "spouse", "child", "parent", "sibling", "grandchild", "grandparent", "in_law", "other")
HEAD, SPOUSE, CHILD, PARENT, SIBLING, GRANDCHILD, GRANDPARENT, IN_LAW, OTHER = range(9)
CATEGORIES = ("general", "low_income", "extreme_poverty", "lifted_from_poverty")


@dataclass(slots=True)
class People:
    """Households and persons of one county. Positions in one frame refer to rows of the other."""

    households: Frame
    persons: Frame
    taken: set[int]
    """Identity-number bodies in use, over all counties."""

    def household_on(self, person: Ints, day: Ints) -> Ints:
        """The household each person belongs to on each day."""
        p = self.persons
        return cast(Ints, np.where(day >= p["moved_day"][person], p["moved_household"][person], p["household"][person]))

    def village_on(self, household: Ints, day: Ints) -> Ints:
        """The village each household lives in on each day."""
        h = self.households
        return cast(Ints, np.where(day >= h["move_day"][household], h["village2"][household], h["village"][household]))

    def head(self, household: Ints) -> Ints:
        """The first head of each household, as a person's position."""
        return cast(Ints, self.households["head"][household])

    def alive(self, person: Ints, day: Ints) -> Bools:
        """Whether each person was alive on each day."""
        return (self.persons["death"][person] > day) & (self.persons["birth"][person] <= day)


def frames() -> tuple[Frame, Frame]:
    """Empty households and persons."""
    households = Frame(
        hid="",
        village=0,
        category=0,
        recorded=0,
        head=-1,
        village2=-1,
        move_day=FAR,
        move_recorded=0,
        surname="",
        ghost=False,
    )
    persons = Frame(
        pid="",
        name="",
        female=False,
        birth=0,
        household=-1,
        relation=OTHER,
        phone=0,
        recorded=0,
        death=FAR,
        registered=True,
        moved_day=FAR,
        moved_household=-1,
        moved_relation=OTHER,
        moved_recorded=0,
        payroll_from=FAR,
        payroll_to=FAR,
        prison_from=FAR,
        prison_to=FAR,
        left_day=FAR,
        false_death=FAR,
        asset=FAR,
        disability=0,
        ghost=False,
        newphone=0,
    )
    return households, persons


def build(streams: Streams, t: Traits, places: Places, count: int, start: int, months: int, taken: set[int]) -> People:
    """`count` households with their members, as on `start` (a month number) and for `months` after it."""
    rng = streams("people")
    households, persons = frames()
    people = People(households, persons, taken)
    first, last = int(first_day(start)), int(first_day(start + months))
    village = rng.choice(places.villages, count, p=places.size)
    village[: places.villages] = np.arange(places.villages)  # no village is empty
    village = np.sort(village)  # neighbours stand next to each other
    own = names.surnames(rng, count, t.surname_skew, t.profile == "other_country")
    of_village = names.surnames(rng, places.villages, t.surname_skew, t.profile == "other_country")
    clan = places.single_surname[village] & (rng.random(count) < 0.75)
    surname = np.where(clan, of_village[village], own)
    draw = rng.random(count)
    category = np.select([draw < t.poverty, draw < t.poverty * 1.15, draw < t.poverty * 2.2], [1, 2, 3], 0)
    serial = rng.permutation(count * 3)[:count]
    hid = [household_id(t, places.county, n) for n in serial.tolist()]
    registered = first - rng.integers(60, 300) + rng.integers(0, 40, count)
    households.add(
        count,
        hid=np.array(hid, dtype=object),
        village=village,
        category=category,
        surname=surname,
        recorded=office_hours(rng, registered),
        village2=village,
    )
    _members(rng, t, places, people, first, last)
    _change(rng, people, places, first, last, t)
    return people


def household_id(t: Traits, county: int, number: int) -> str:
    """The number of a household; its form differs from world to world."""
    forms = (
        f"H{county % 1000}{number:07d}",
        f"{county}{number:06d}",
        f"HH-{county % 100:02d}-{number:06d}",
        f"N{county % 100}{number:08d}",
    )
    return forms[t.tenant % len(forms)]


def _members(rng: np.random.Generator, t: Traits, places: Places, people: People, first: int, last: int) -> None:
    count = len(people.households)
    head_age = np.clip(rng.normal(53, 14, count), 20, 93)
    head_female = rng.random(count) < np.where(head_age > 65, 0.3, 0.12)
    blocks: list[tuple[Ints, Array, Bools, int]] = [(np.arange(count), head_age, head_female, HEAD)]
    spouse = np.flatnonzero(rng.random(count) < np.clip(1.15 - np.abs(head_age - 45) / 60, 0.2, 0.85))
    blocks.append((spouse, head_age[spouse] + rng.normal(-1.5, 3, len(spouse)), ~head_female[spouse], SPOUSE))
    for _ in range(3):
        has = np.flatnonzero(rng.random(count) < np.where(head_age < 72, 0.42, 0.2))
        age = head_age[has] - rng.uniform(21, 34, len(has))
        ok = (age < 45) & (age > -3)
        has, age = has[ok], age[ok]
        blocks.append((has, age, rng.random(len(has)) < np.where(age > 24, 0.3, 0.47), CHILD))
        grand = (age > 23) & (rng.random(len(has)) < 0.45)
        young = age[grand] - rng.uniform(21, 29, int(grand.sum()))
        keep = young > -3
        blocks.append((has[grand][keep], young[keep], rng.random(int(keep.sum())) < 0.47, GRANDCHILD))
    for women in (False, True):
        has = np.flatnonzero((rng.random(count) < 0.2) & (head_age < 66))
        age = head_age[has] + rng.uniform(20, 33, len(has))
        has, age = has[age < 97], age[age < 97]
        blocks.append((has, age, np.full(len(has), women), PARENT))
    has = np.flatnonzero(rng.random(count) < 0.03)
    blocks.append((has, head_age[has] + rng.normal(0, 6, len(has)), rng.random(len(has)) < 0.4, SIBLING))
    home = np.concatenate([b[0] for b in blocks])
    age = np.maximum(np.concatenate([b[1] for b in blocks]), -2.9)
    female = np.concatenate([b[2] for b in blocks]).astype(np.bool_)
    relation = np.concatenate([np.full(len(b[0]), b[3]) for b in blocks])
    birth = np.minimum(first - (age * 365.2425).astype(np.int64), last - 40)
    order = np.argsort(home, kind="stable")
    add(rng, t, places, people, home[order], birth[order], female[order], relation[order], first)
    people.households["head"] = np.flatnonzero(people.persons["relation"] == HEAD)[
        np.argsort(people.persons["household"][people.persons["relation"] == HEAD], kind="stable")
    ]
    _die(rng, people, first, last)


def add(
    rng: np.random.Generator,
    t: Traits,
    places: Places,
    people: People,
    home: Ints,
    birth: Ints,
    female: Bools,
    relation: Ints,
    known_by: int,
    foreign: float = 0.12,
) -> Ints:
    """Append persons to households: names, identity numbers, phones. `foreign` is the share first registered elsewhere.

    Returns their positions. Whoever is born after `known_by` (a day) is recorded weeks after birth.
    """
    h, n = people.households, len(home)
    latin = t.profile == "other_country"
    year, _, _ = calendar(birth)
    married_in = np.isin(relation, (SPOUSE, IN_LAW))
    surname = np.where(married_in, names.surnames(rng, n, t.surname_skew, latin), h["surname"][home])
    given = names.given_names(rng, female, year, latin)
    name = given + " " + surname if latin else surname + given
    if not latin:
        minority = places.minority[h["village"][home]] & (rng.random(n) < 0.85)
        name = np.where(minority, names.minority_names(rng, n), name)
    elsewhere = rng.random(n) < np.where(married_in, foreign * 2, foreign)
    others = 519_900 + rng.integers(1, 100, n)
    county = np.where(elsewhere, others, places.county)
    if latin:
        serial = rng.permutation(max(n * 4, 1000))[:n] + len(people.taken) * 4
        pid = np.array([f"PX{places.county % 100:02d}{s:09d}" for s in serial.tolist()], dtype=object)
        people.taken.update(range(len(people.taken), len(people.taken) + n))
    else:
        pid = identity.numbers(rng, county, birth, female, people.taken)
    age = age_on(birth, known_by)
    has_phone = rng.random(n) < np.where(age > 70, t.elder_phone, np.where(age < 14, 0.05, 0.93))
    phone = np.where(has_phone, phones(rng, n), 0)
    recorded = np.where(
        birth > known_by - 200,
        office_hours(rng, birth + 15 + rng.exponential(50, n).astype(np.int64)),
        h["recorded"][home] + 3600,
    )
    return people.persons.add(
        n,
        pid=pid,
        name=name,
        female=female,
        birth=birth,
        household=home,
        relation=relation,
        phone=phone,
        recorded=recorded,
        moved_household=home,
        moved_relation=relation,
    )


def phones(rng: np.random.Generator, count: int) -> Ints:
    """Mobile numbers in a range no operator has been given (160-169). Shape (count,)."""
    return 16_000_000_000 + rng.integers(0, 1_000_000_000, count)


def _die(rng: np.random.Generator, people: People, first: int, last: int) -> None:
    """Days of death within the years in view, by age."""
    p = people.persons
    hazard = 0.0011 * np.exp(0.088 * (age_on(p["birth"], first) - 40))
    wait = rng.exponential(1.0, len(p)) / np.maximum(hazard, 1e-5) * 365
    death = first - 60 + wait.astype(np.int64)
    p["death"] = np.where((death < last) & (death > p["birth"] + 30), death, FAR)


def _change(rng: np.random.Generator, people: People, places: Places, first: int, last: int, t: Traits) -> None:
    """Household moves, marriages into other households, splits, and who heads a household after a death."""
    h, p = people.households, people.persons
    span = last - first
    moving = np.flatnonzero(rng.random(len(h)) < 0.00022 * span / 10)
    day = first + rng.integers(0, span, len(moving))
    h["village2"][moving] = rng.choice(places.villages, len(moving), p=places.size)
    h["move_day"][moving] = day
    h["move_recorded"][moving] = office_hours(rng, day + rng.exponential(45, len(moving)).astype(np.int64))
    # grown children marry out or set up a household of their own
    age = age_on(p["birth"], first)
    grown = np.flatnonzero(
        (p["relation"] == CHILD) & (age >= 20) & (age < 33) & (rng.random(len(p)) < 0.00018 * span / 2)
    )
    day = first + rng.integers(0, span, len(grown))
    out = rng.random(len(grown)) < 0.6
    target = rng.integers(0, len(h), len(grown))
    splitting = np.flatnonzero(~out)
    parent = p["household"][grown[splitting]]
    fresh = h.add(
        len(splitting),
        hid=np.array([household_id(t, places.county, 3 * len(h) + i) for i in range(len(splitting))], dtype=object),
        village=h["village"][parent],
        village2=h["village"][parent],
        surname=h["surname"][parent],
        head=grown[splitting],
        recorded=office_hours(rng, day[splitting] + 20),
    )
    target[splitting] = fresh
    p["moved_day"][grown] = day
    p["moved_household"][grown] = target
    p["moved_relation"][grown] = np.where(out, SPOUSE, HEAD)
    p["moved_recorded"][grown] = office_hours(rng, day + 5 + rng.exponential(60, len(grown)).astype(np.int64))
    # a dead head is followed by the next grown person, some months later on the register
    dead = np.flatnonzero((p["relation"] == HEAD) & (p["death"] < FAR))
    following = np.full(len(h), -1, dtype=np.int64)
    fit = np.flatnonzero((p["relation"] != HEAD) & (age > 18) & (p["death"] == FAR) & (p["moved_day"] == FAR))
    following[p["household"][fit[::-1]]] = fit[::-1]
    next_head = following[p["household"][dead]]
    dead, next_head = dead[next_head >= 0], next_head[next_head >= 0]
    since = p["death"][dead] + 30 + rng.exponential(120, len(dead)).astype(np.int64)
    p["moved_day"][next_head] = since
    p["moved_relation"][next_head] = HEAD
    p["moved_recorded"][next_head] = office_hours(rng, since) + DAY
