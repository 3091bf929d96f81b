"""Who handles what: village committees, townships, county reviewers, finance, banks; terms and moves between posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from simulation._clock import FAR, age_on, first_day
from simulation._frame import Array, Bools, Frame, Ints
from simulation._streams import Streams
from simulation._traits import Traits
from simulation.people import People
from simulation.places import Places

POSTS = (
    "village_secretary",
    "village_director",
    "village_accountant",
    "village_group_leader",
    "township_clerk",
    "township_leader",
    "county_reviewer",
    "finance_officer",
    "bank_clerk",
    "bank_agent",
)
SECRETARY, DIRECTOR, ACCOUNTANT, GROUP_LEADER, CLERK, LEADER, REVIEWER, FINANCE, BANKER, AGENT = range(10)


@dataclass(slots=True)
class Officials:
    """Officials of one county; the arrays say who holds a post in each month (columns) of the years in view."""

    rows: Frame
    village: Array
    """Shape (4 village posts, villages, months): official positions; a vacant post is served by the secretary."""
    clerk: Ints
    """Shape (desks, townships, months)."""
    leader: Ints
    """Shape (townships, months)."""
    reviewer: Ints
    """Shape (reviewers,)."""
    finance: Ints
    banker: Ints
    agent: Ints
    """The bank's agent in each village, -1 where there is none."""
    kin: dict[int, Ints]
    """Households of the kin of each official (own household first)."""
    both: Bools
    """Villages where the secretary is director as well."""

    def holder(self, post: int, village: Ints, month: Ints) -> Ints:
        """The official in a village post of each village in each month (counted from the start)."""
        at = np.clip(month, 0, self.village.shape[2] - 1)
        return cast(Ints, self.village[post, village, at])

    def clerk_of(self, town: Ints, month: Ints, desk: Ints) -> Ints:
        """The township clerk at a desk (taken modulo the number of desks)."""
        at = np.clip(month, 0, self.clerk.shape[2] - 1)
        return cast(Ints, self.clerk[desk % self.clerk.shape[0], town, at])

    def leader_of(self, town: Ints, month: Ints) -> Ints:
        """The township leader in charge."""
        return self.leader[town, np.clip(month, 0, self.leader.shape[1] - 1)]


def build(streams: Streams, t: Traits, places: Places, people: People, start: int, months: int) -> Officials:
    """Fill every post, with terms that end and moves between posts."""
    rng = streams("officials")
    rows = Frame(oid="", person=-1, post=0, tier=0, place=0, since=0, until=FAR)
    p = people.persons
    age = age_on(p["birth"], first_day(start))
    fit = np.flatnonzero((age >= 26) & (age <= 62) & (p["death"] == FAR) & (p["moved_day"] == FAR))
    fit = rng.permutation(fit)
    home = people.households["village"][p["household"][fit]]
    by_village: list[list[int]] = [[] for _ in range(places.villages)]
    for person, v in zip(fit.tolist(), home.tolist(), strict=True):
        by_village[v].append(person)
    spare = fit.tolist()
    used: set[int] = set()

    def someone(v: int | None) -> int:
        pool = spare if v is None else by_village[v]
        while pool:
            person = int(pool.pop())
            if person not in used:
                used.add(person)
                return person
        return int(fit[int(rng.integers(0, len(fit)))])

    serial = rng.permutation(9000 + len(fit))
    prefix = ("O", "GW", f"{places.county % 100}K", "OFF-")[t.tenant % 4]

    def appoint(person: int, post: int, tier: int, place: int, since: int, until: int = FAR, oid: str = "") -> int:
        oid = oid or f"{prefix}{places.county % 1000}{serial[len(rows)]:05d}"
        return int(rows.add(1, oid=oid, person=person, post=post, tier=tier, place=place, since=since, until=until)[0])

    def since() -> int:
        return day_number_of(rng, start)

    def term(post: int, tier: int, place: int, village: int | None, turnover: float) -> Ints:
        """One post over the months: one holder, or two with the month of the change drawn."""
        line = np.full(months, appoint(someone(village), post, tier, place, since()), dtype=np.int64)
        if rng.random() < turnover and months > 6:
            change = int(rng.integers(3, months - 2))
            day = int(first_day(start + change))
            rows["until"][line[0]] = day - 1
            line[change:] = appoint(someone(village), post, tier, place, day)
        return line

    both = rng.random(places.villages) < 0.35
    village = np.empty((4, places.villages, months), dtype=np.int64)
    for v in range(places.villages):
        village[SECRETARY, v] = term(SECRETARY, 0, v, v, 0.3)
        village[DIRECTOR, v] = village[SECRETARY, v] if both[v] else term(DIRECTOR, 0, v, v, 0.3)
        village[ACCOUNTANT, v] = term(ACCOUNTANT, 0, v, v, 0.2) if rng.random() < 0.7 else village[SECRETARY, v]
        village[GROUP_LEADER, v] = term(GROUP_LEADER, 0, v, v, 0.2) if rng.random() < 0.75 else village[ACCOUNTANT, v]
    month = np.arange(months)
    after = first_day(start + month) >= places.merge_day
    for v in np.flatnonzero(places.office_after != np.arange(places.villages)):
        village[:, v, after] = village[:, places.office_after[v], after]
    gone = np.flatnonzero(~np.isin(np.arange(len(rows)), village[:, :, -1]) & (rows["until"] == FAR))
    rows["until"][gone] = places.merge_day - 1
    desks = int(rng.integers(1, 4))
    clerk = np.stack([np.stack([term(CLERK, 1, v, None, 0.35) for v in range(places.towns)]) for _ in range(desks)])
    leader = np.stack([term(LEADER, 1, v, None, 0.35) for v in range(places.towns)])
    _moves(rng, rows, clerk, start, months)
    reviewer = np.array([appoint(someone(None), REVIEWER, 2, 0, since()) for _ in range(int(rng.integers(4, 9)))])
    finance = np.array([appoint(someone(None), FINANCE, 2, 0, since()) for _ in range(int(rng.integers(2, 5)))])
    banker = np.array([appoint(someone(None), BANKER, 1, v, since()) for v in range(places.towns)])
    agent = np.full(places.villages, -1)
    for v in np.flatnonzero(rng.random(places.villages) < t.agent_points):
        agent[v] = appoint(someone(int(v)), AGENT, 0, int(v), since())
    staff = rows["person"][np.isin(rows["post"], (CLERK, LEADER, REVIEWER, FINANCE))]
    p["payroll_from"][staff] = first_day(start) - rng.integers(400, 9000, len(staff))
    kin = {i: people.household_on(rows["person"][i : i + 1], np.zeros(1, dtype=np.int64)) for i in range(len(rows))}
    return Officials(rows, village, clerk, leader, reviewer, finance, banker, agent, kin, both)


def day_number_of(rng: np.random.Generator, start: int) -> int:
    """A day one to twelve years before the start, on which somebody took office."""
    return int(first_day(start)) - int(rng.integers(200, 4400))


def _moves(rng: np.random.Generator, rows: Frame, clerk: Ints, start: int, months: int) -> None:
    """Now and then two township clerks swap townships; they keep their number and get a new line in the register."""
    desks, towns, _ = clerk.shape
    for t in range(towns - 1):
        if rng.random() >= 0.2 or months < 12:
            continue
        desk, change = int(rng.integers(0, desks)), int(rng.integers(6, months - 3))
        a, b = int(clerk[desk, t, change - 1]), int(clerk[desk, t + 1, change - 1])
        if (clerk[desk, t, change:] != a).any() or (clerk[desk, t + 1, change:] != b).any():
            continue  # one of them leaves anyway
        day = int(first_day(start + change))
        for official, to in ((a, t + 1), (b, t)):
            rows["until"][official] = day - 1
            new = int(rows.copy_rows(np.array([official]), place=to, since=day, until=FAR)[0])
            clerk[desk, to, change:] = new
