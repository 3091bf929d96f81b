"""Deeds several schemes share: people made up, cards opened by proxy, payments led elsewhere, cards emptied."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from simulation import cards as card_book
from simulation import people as register
from simulation._clock import DAY, FAR, age_on, first_day, office_hours
from simulation._county import HIGH, LOW, County
from simulation._frame import Array, Bools, Ints
from simulation._labels import AGENT, OFFICIAL, bits, has
from simulation.activity import CASH, IN, OUT, shared

POST_ROLES = {8: AGENT, 9: AGENT}


def window(c: County, rng: np.random.Generator, skill: int, longest: int = 24) -> tuple[int, int]:
    """First and last month (exclusive) of a scheme; the skilled keep it shorter."""
    first = int(rng.integers(1, max(2, c.months - 4)))
    length = int(rng.integers(3, max(4, (longest, longest * 2 // 3, longest // 2)[skill])))
    return first, min(c.months, first + length)


def actor_of(c: County, rng: np.random.Generator, village: int, month: int, agent: float = 0.25) -> tuple[int, int]:
    """A village official or the bank's agent, and the role."""
    agents = c.officials.agent[village]
    if agents >= 0 and rng.random() < agent:
        return int(agents), AGENT
    return c.village_official(rng, int(rng.integers(0, 3)), village, month), OFFICIAL


def role_of(c: County, official: int) -> int:
    """The role a truth row names for this official."""
    return POST_ROLES.get(int(c.officials.rows["post"][official]), OFFICIAL)


def ghosts(
    c: County,
    rng: np.random.Generator,
    village: int,
    count: int,
    day: int,
    ages: tuple[float, float],
    together: int = 2,
) -> Ints:
    """People nobody has met: no phone, no relatives, put on the register on one day. Returns persons' positions."""
    h = c.people.households
    homes = max(1, count // together)
    serial = 900_000 + len(h) + np.arange(homes)
    at = day * DAY + 33_000 + np.arange(homes) * int(rng.integers(40, 240))
    new = h.add(
        homes,
        hid=np.array([register.household_id(c.traits, c.places.county, int(s)) for s in serial], dtype=object),
        village=village,
        village2=village,
        category=int(rng.choice([0, 1, 1, 3])),
        surname=h["surname"][rng.integers(0, c.households, homes)],
        recorded=at,
        ghost=True,
    )
    home = np.sort(np.resize(new, count))
    age = rng.uniform(*ages, count)
    birth = c.first - (age * 365.2425).astype(np.int64)
    relation = np.where(np.concatenate([[True], home[1:] != home[:-1]]), register.HEAD, register.SPOUSE)
    who = register.add(
        rng, c.traits, c.places, c.people, home, birth, rng.random(count) < 0.5, relation, c.first + 100_000
    )
    p = c.people.persons
    p["ghost"][who], p["phone"][who] = True, 0
    p["recorded"][who] = at[home - new[0]] + 60
    h["head"][new] = who[np.searchsorted(home, new)]
    c.cards.resize(len(p))
    c.busy_people.update(who.tolist())
    return who


def open_by_proxy(
    c: County,
    rng: np.random.Generator,
    holder: Ints,
    official: int,
    day: int,
    skill: int,
    kind: int = card_book.SOCIAL,
    phone: int = 0,
) -> Ints:
    """Cards opened for others by one hand: one day and one outlet, or scattered by the skilled."""
    n = len(holder)
    bank = int(rng.integers(0, len(c.cards.banks)))
    village = int(c.people.households["village"][c.people.persons["household"][holder[0]]])
    town = int(c.places.town_of[village])
    outlet = np.full(n, c.cards.counter[bank, town])
    days = np.full(n, day)
    if skill == HIGH:
        outlet = c.cards.counter[bank, rng.integers(0, c.places.towns, n)]
        days = day + rng.integers(0, 40, n)
    by = np.where(rng.random(n) < (1.0, 0.8, 0.4)[skill], c.officials.rows["person"][official], -1)
    phones = np.full(n, phone)
    return card_book.add(rng, c.traits, c.cards, holder, kind, bank, days, outlet, phones, opened_by=by, activated=days)


def neighbours(c: County, rng: np.random.Generator, village: int, count: int, mask: Bools | None = None) -> Ints:
    """Idle living people of a village, at most `count`, from different households."""
    p, h = c.people.persons, c.people.households
    fit = (h["village"][p["household"]] == village) & (p["death"] == FAR) & (age_on(p["birth"], c.first) > 20)
    fit = c.idle_people(fit if mask is None else fit & mask)
    pool = rng.permutation(np.flatnonzero(fit))
    _, first = np.unique(p["household"][pool], return_index=True)
    return cast(Ints, rng.permutation(pool[np.sort(first)])[:count])


def busy_village(c: County, rng: np.random.Generator) -> int:
    """A village, larger ones more often."""
    return int(rng.choice(c.places.villages, p=c.places.size))


def enrol(
    c: County, program: int, who: Ints, first: int, end: int, codes: str, ring: int, actor: int, role: int, **more: Any
) -> Ints:
    """Enrol people on a list; all their payments in these months carry the marks."""
    values: dict[str, Any] = {
        "program": program,
        "person": who,
        "household": c.people.persons["household"][who],
        "first": first,
        "end": end,
        "payee": who,
        "typ": bits(codes),
        "marked_from": first,
        "marked_to": end + 12,
        "ring": ring,
        "actor": actor,
        "role": role,
    }
    values.update(more)
    item = c.programs[program]
    if len(item.rate) > 1 and "grade" not in values:
        values["grade"] = 1 + np.arange(len(who)) % len(item.rate)
    if item.key in ("rural_dibao", "urban_dibao") and "quantity" not in values:
        values["quantity"] = 1.0 + (np.arange(len(who)) + first) % 3
    if item.certificate and "T10" not in codes:  # the papers are made to fit
        since = c.first + first * 30 - 60 - np.arange(len(who)) * 37 % 700
        c.certificates.add(
            len(who),
            person=who,
            kind=item.certificate,
            grade=values.get("grade", min(4, item.max_grade) if item.max_grade else 0),
            since=since,
            until=since + 3652,
            recorded=(since + 12) * DAY + 37_000,
        )
    rows = c.enrolments.add(len(who), **values)
    c.enrolments["order"][rows] = np.linspace(0.2, 0.8, len(who))
    return rows


def payments_of(c: County, people: Ints, first: int, end: int) -> Ints:
    """Unmarked payments to these people in months [first, end)."""
    month = c.payment_month()
    return cast(
        Ints, np.flatnonzero(c.free() & np.isin(c.payments["person"], people) & (month >= first) & (month < end))
    )


def some(rng: np.random.Generator, rows: Ints, skill: int) -> Ints:
    """All rows for the plain actor; the skilled leave honest ones in between."""
    return rows[rng.random(len(rows)) < (1.0, 0.85, 0.6)[skill]]


def empty(
    c: County, rng: np.random.Generator, rows: Ints, outlets: Ints, skill: int, *, whole: bool = True, pace: int = 75
) -> None:
    """Cards of these payments are emptied one after the other at an outlet, payment run after payment run."""
    f = c.payments
    credited = credited_at(c)[rows]
    rows, credited = rows[credited > 0], credited[credited > 0]
    for key in np.unique(f["run"][rows]).tolist():
        at = np.flatnonzero(f["run"][rows] == key)
        day = int(credited[at].max()) // DAY + int(rng.integers(0, (2, 4, 8)[skill]))
        gap = rng.integers(pace // 2, pace * (2, 4, 25)[skill], len(at))
        moment = np.maximum(day * DAY + int(rng.integers(31_000, 50_000)) + np.cumsum(gap), credited[at] + 600)
        order = rng.permutation(len(at)) if skill else np.arange(len(at))
        fen = f["fen"][rows[at]]
        taken = fen if whole else (fen * rng.uniform(0.6, 1.0, len(at))).astype(np.int64) // 1000 * 1000 + 1000
        where = outlets[rng.integers(0, len(outlets), len(at))] if skill == HIGH else np.full(len(at), outlets[0])
        card = f["card"][rows[at]]
        seen = (card >= 0) & shared(c, np.maximum(card, 0))
        c.transactions.add(
            int(seen.sum()), card=card[seen], at=moment[order][seen], kind=CASH, fen=taken[seen], outlet=where[seen]
        )


def sweep(c: County, rng: np.random.Generator, rows: Ints, to_card: int, skill: int, hours: int = 60) -> None:
    """What these payments credit moves on to one card within hours."""
    f = c.payments
    at = credited_at(c)
    rows = rows[(at[rows] > 0) & (f["card"][rows] != to_card)]
    card = f["card"][rows]
    moment = at[rows] + rng.integers(1200, hours * 3600, len(rows))
    part = np.ones(len(rows)) if skill == LOW else rng.uniform(0.7, 1.0, len(rows))
    fen = np.maximum(100, (f["fen"][rows] * part).astype(np.int64))
    seen = (card >= 0) & shared(c, np.maximum(card, 0))
    c.transactions.add(int(seen.sum()), card=card[seen], at=moment[seen], kind=OUT, fen=fen[seen], other=to_card)
    if shared(c, np.array([to_card]))[0]:
        c.transactions.add(len(rows), card=to_card, at=moment + 4, kind=IN, fen=fen, other=card)


def credited_at(c: County) -> Ints:
    """When the bank answered each payment, 0 where it has not."""
    at = np.zeros(len(c.payments), dtype=np.int64)
    at[c.settlements["payment"]] = c.settlements["at"]
    return at


def earliest(c: County, rows: Ints, count: int) -> Ints:
    """At most `count` of these payments, the earliest: nobody keeps a scheme of one shape running for ever."""
    return rows[np.argsort(c.payments["at"][rows], kind="stable")][:count]


def claim_cards(c: County, rows: Ints) -> None:
    """Keep ordinary activity off the cards of these payments."""
    card = c.payments["card"][rows]
    c.busy_cards.update(np.unique(card[card >= 0]).tolist())


def card_of(c: County, person: int, month: int) -> int:
    """The card a person is paid to, -1 where there is none."""
    day = np.array([int(first_day(c.start + month))])
    return int(c.cards.paid_to(np.array([person]), day)[0])


def kin_heads(c: County, official: int) -> Ints:
    """Heads of the official's kin households, the own household left out."""
    homes = c.officials.kin[official]
    own = c.people.persons["household"][c.officials.rows["person"][official]]
    homes = homes[homes != own]
    heads = c.people.households["head"][homes]
    return cast(Ints, heads[(heads >= 0) & c.idle_people(c.people.persons["death"] == FAR)[np.maximum(heads, 0)]])


def event(c: County, rng: np.random.Generator, person: Ints, kind: int, day: Ints, source: str, lag: int) -> None:
    """Add events of other departments, recorded about `lag` days later."""
    known = office_hours(rng, np.asarray(day) + rng.integers(lag // 3, lag * 2 + 2, len(person)))
    c.events.add(len(person), person=person, kind=kind, day=day, source=source, recorded=known)


def take_over(c: County, rows: Ints, card: Array | int, written: Array | None = None) -> None:
    """Lead payments to another card; the list keeps showing the name in `written` (default: the beneficiary's)."""
    f = c.payments
    f["written"][rows] = c.people.persons["name"][f["payee"][rows]] if written is None else written
    f["card"][rows] = card


def rings(c: County, code: str) -> list[tuple[Ints, int]]:
    """Payments and actor of each ring whose marks hold `code` first among its own (actor -1 left out)."""
    f = c.payments
    hit = np.flatnonzero(has(f["typ"], code) & ~f["drop"] & (f["actor"] >= 0))
    return [
        (hit[f["ring"][hit] == ring], int(f["actor"][hit[f["ring"][hit] == ring][0]]))
        for ring in np.unique(f["ring"][hit]).tolist()
    ]


def marked(c: County, rows: Ints, code: str) -> bool:
    """Whether any of these payments carries `code`."""
    return bool(has(c.payments["typ"][rows], code).any())
