"""Cards: passbooks, then the move to social-security cards; who opened them, the phones bound, what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from simulation import identity
from simulation._clock import FAR, age_on, first_day, office_hours, waking_hours
from simulation._frame import Array, Bools, Frame, Ints
from simulation._streams import Streams
from simulation._traits import Traits
from simulation.officials import Officials
from simulation.people import People
from simulation.places import Places

KINDS = ("social_security", "passbook", "debit", "institution")
SOCIAL, PASSBOOK, DEBIT, INSTITUTION = range(4)
EVENTS = (
    "activated",
    "phone_changed",
    "pin_reset",
    "replaced",
    "reported_lost",
    "frozen",
    "closed",
    "payee_registered",
    "device_bound",
    "handed_to_proxy",
)
ACTIVATED, PHONE, PIN, REPLACED, LOST, FROZEN, CLOSED, PAYEE, DEVICE, HANDED = range(10)


@dataclass(slots=True)
class Cards:
    """Cards of one county, and for each person which one is paid to when."""

    rows: Frame
    events: Frame
    old: Ints
    """By person: the passbook, -1 where there is none."""
    new: Ints
    """By person: the card paid to from `switch` on."""
    switch: Ints
    spare: Ints
    """By person: the card that replaced a lost one, paid to from `spare_from` on."""
    spare_from: Ints
    outlets: list[str]
    banks: tuple[str, ...]
    counter: Ints
    """Outlet of each bank in each township. Shape (banks, townships)."""
    point: Ints
    """Agent point of each village, -1 where there is none."""
    open_bank: Bools
    """Whether each bank shares card activity."""
    campaign: Ints
    """Day on which each village's cards were changed."""
    offset: int
    """First serial number of this county's cards."""

    def paid_to(self, person: Ints, day: Ints) -> Ints:
        """The card of each person that payments go to on each day, -1 where the person has none."""
        old, new = self.old[person], self.new[person]
        use_new = (new >= 0) & ((day >= self.switch[person]) | (old < 0))
        card = np.where(use_new, new, old)
        out: Ints = np.where(day >= self.spare_from[person], self.spare[person], card)
        return out

    def resize(self, people: int) -> None:
        """Make room for people who joined after the cards were set up."""
        more = people - len(self.old)
        if more > 0:
            self.old = np.concatenate([self.old, np.full(more, -1)])
            self.new = np.concatenate([self.new, np.full(more, -1)])
            self.switch = np.concatenate([self.switch, np.full(more, FAR)])
            self.spare = np.concatenate([self.spare, np.full(more, -1)])
            self.spare_from = np.concatenate([self.spare_from, np.full(more, FAR)])


def frames() -> tuple[Frame, Frame]:
    """Empty cards and card events."""
    rows = Frame(
        number="",
        holder=-1,
        kind=0,
        bank=0,
        opened=0,
        opened_by=-1,
        outlet=-1,
        activated=0,
        closed=FAR,
        phone=0,
        held_back=False,
    )
    events = Frame(card=-1, at=0, kind=0, value="", actor=-1, outlet=-1)
    return rows, events


def start(streams: Streams, t: Traits, places: Places, officials: Officials, month: int, months: int) -> Cards:
    """Banks and outlets; no cards yet."""
    rng = streams("banks")
    pool = ("RCU", "PSB", "ABC", "CCB", "ICBC", "BOC")
    banks = tuple(pool[: int(rng.integers(2, 6))])
    outlets: list[str] = []
    counter = np.empty((len(banks), places.towns), dtype=np.int64)
    style = t.tenant % 3
    for b, bank in enumerate(banks):
        for town in range(places.towns):
            counter[b, town] = len(outlets)
            outlets.append(
                (
                    f"{bank}{places.county % 100}{town:02d}1",
                    f"{bank}-{places.county % 100}{town:03d}",
                    f"W{places.county % 100}{b}{town:03d}",
                )[style]
            )
    point = np.full(places.villages, -1, dtype=np.int64)
    for v in np.flatnonzero(officials.agent >= 0):
        point[v] = len(outlets)
        outlets.append(
            (
                f"AP{places.county % 100}{v:04d}",
                f"{banks[0]}-P{places.county % 100}{v:04d}",
                f"Z{places.county % 100}{v:05d}",
            )[style]
        )
    first = int(first_day(month))
    begin = first + int(months * t.migrate_at * 30.4)
    campaign = begin + rng.integers(0, max(1, t.migrate_months * 30), places.villages)
    rows, events = frames()
    empty = np.empty(0, dtype=np.int64)
    share = rng.random(len(banks)) < t.bank_share
    share[0] = share[0] or t.bank_share > 0.5 or not share.any()
    return Cards(
        rows,
        events,
        empty,
        empty,
        empty,
        empty,
        empty,
        outlets,
        banks,
        counter,
        point,
        share,
        campaign,
        places.county % 100 * 100_000,
    )


def issue(
    streams: Streams,
    t: Traits,
    places: Places,
    people: People,
    officials: Officials,
    cards: Cards,
    person: Ints,
    month: int,
    months: int,
) -> None:
    """Give each of `person` (distinct, without a card) a card or two, with the events of their life."""
    rng = streams("cards")
    cards.resize(len(people.persons))
    p, n = people.persons, len(person)
    first, last = int(first_day(month)), int(first_day(month + months))
    village = people.households["village"][p["household"][person]]
    town = places.town_of[village]
    has_old = rng.random(n) < t.has_passbooks
    bank = _bank(rng, cards, n)
    opened = first - rng.integers(120, 3900, n)
    phone = bound_phone(rng, t, people, officials, person, first)
    old = np.full(n, -1, dtype=np.int64)
    who = np.flatnonzero(has_old)
    bulk = rng.random(n) < t.migrate_in_bulk
    switch = np.where(bulk, cards.campaign[village], first + rng.integers(0, last - first, n))
    switch = np.where(~bulk, np.maximum(switch, cards.campaign[village] - 60), switch)
    never = switch > last - 5
    linger = rng.random(n) < 0.12
    closing = switch + np.where(linger, rng.integers(200, 700, n), rng.integers(15, 120, n))
    closed = np.where(never | (closing > last) | (rng.random(n) < 0.04), FAR, closing)
    old[who] = add(
        rng,
        t,
        cards,
        person[who],
        PASSBOOK,
        bank[who],
        opened[who],
        cards.counter[bank[who], town[who]],
        phone[who],
        closed=closed[who],
    )
    direct = np.flatnonzero(~has_old)
    changing = np.flatnonzero(has_old & ~never)
    new = np.full(n, -1, dtype=np.int64)
    new_bank = _bank(rng, cards, n)
    new[direct] = add(
        rng,
        t,
        cards,
        person[direct],
        SOCIAL,
        new_bank[direct],
        opened[direct],
        cards.counter[new_bank[direct], town[direct]],
        phone[direct],
    )
    lead = np.where(bulk, rng.integers(8, 30, places.villages)[village], rng.integers(5, 40, n))
    day = np.minimum(switch - lead, last - 1)
    proxied = bulk & (rng.random(n) < 0.35)
    secretary = officials.rows["person"][officials.holder(2, village, (day - first) // 31)]
    main = np.where(rng.random(places.towns) < 0.7, 0, min(1, len(cards.banks) - 1))[town]
    new_bank = np.where(bulk, main, new_bank)
    new[changing] = add(
        rng,
        t,
        cards,
        person[changing],
        SOCIAL,
        new_bank[changing],
        day[changing],
        cards.counter[new_bank[changing], town[changing]],
        phone[changing],
        opened_by=np.where(proxied, secretary, -1)[changing],
        activated=(day + rng.integers(0, 5, n))[changing],
    )
    kinds = cards.rows["kind"]
    own = new[new >= 0]
    kinds[own[rng.random(len(own)) < t.debit]] = DEBIT  # an ordinary bank card serves as well
    told = changing[rng.random(len(changing)) < t.payee_told]
    cards.events.add(len(told), card=new[told], at=office_hours(rng, day[told] + 2), kind=PAYEE, actor=person[told])
    handed = who[rng.random(len(who)) < 0.012]  # left with a helper at the counter
    cards.events.add(
        len(handed),
        card=old[handed],
        at=office_hours(rng, rng.integers(first, last, len(handed))),
        kind=HANDED,
        actor=person[handed],
    )
    cards.old[person], cards.new[person] = old, new
    cards.switch[person] = np.where(never, FAR, switch)
    _incidents(rng, t, cards, people, first, last)


def _bank(rng: np.random.Generator, cards: Cards, n: int) -> Ints:
    share = np.array([5.0, 2.0, 1.5, 1.0, 0.7, 0.5])[: len(cards.banks)]
    return rng.choice(len(cards.banks), n, p=share / share.sum())


def add(
    rng: np.random.Generator,
    t: Traits,
    cards: Cards,
    holder: Ints,
    kind: int,
    bank: Ints | int,
    opened: Ints,
    outlet: Ints | int,
    phone: Ints | int,
    *,
    opened_by: Ints | int = -1,
    activated: Ints | None = None,
    closed: Ints | int = FAR,
) -> Ints:
    """Append cards with valid numbers and their activation. Returns their positions."""
    n = len(holder)
    bank = np.broadcast_to(np.asarray(bank), (n,))
    serial = cards.offset + len(cards.rows)
    digits = (8, 9, 12, 10)[t.tenant // 3 % 4] if kind == PASSBOOK else (12, 9, 12, 11)[t.tenant // 5 % 4]
    if kind == PASSBOOK and t.tenant % 5 < 2:  # old books: plain account numbers without a check digit
        stem = np.array([f"{b + 1:02d}" for b in bank.tolist()], dtype=object)
        number = np.array(
            [f"{s}{b:012d}" for s, b in zip(stem, _distinct(rng, serial, n, 12), strict=True)], dtype=object
        )
    else:
        prefix = np.array([f"62{(7, 1, 3)[t.tenant % 3]}{b}{kind}{t.tenant % 10}" for b in bank.tolist()], dtype=object)
        number = identity.luhn_numbers(prefix, _distinct(rng, serial, n, digits), digits)
    on = opened + rng.integers(0, 12, n) if activated is None else activated
    rows = cards.rows.add(
        n,
        number=number,
        holder=holder,
        kind=kind,
        bank=bank,
        opened=opened,
        opened_by=opened_by,
        outlet=outlet,
        activated=on,
        closed=closed,
        phone=phone,
    )
    cards.events.add(n, card=rows, at=office_hours(rng, on), kind=ACTIVATED, actor=holder, outlet=outlet)
    return rows


def _distinct(rng: np.random.Generator, first: int, n: int, digits: int) -> Ints:
    """Numbers that never repeat: serial numbers from `first` scattered over seven digits, under random leading ones."""
    low = 10**7
    spread = rng.integers(0, 10**digits // low, n) * low
    return cast(Ints, spread + np.arange(first, first + n) * 7_654_321 % low)


def bound_phone(
    rng: np.random.Generator, t: Traits, people: People, officials: Officials, person: Ints, day: int
) -> Ints:
    """The phone bound for notices: one's own, a relative's for many elders, the village office's for some, or none."""
    p = people.persons
    phone = p["phone"][person].copy()
    village = people.households["village"][p["household"][person]]
    household_phone = np.zeros(len(people.households), dtype=np.int64)
    household_phone[p["household"]] = np.maximum(household_phone[p["household"]], p["phone"])
    none = phone == 0
    draw = rng.random(len(person))
    office = np.random.default_rng(t.tenant).integers(16_000_000_000, 16_999_999_999, int(village.max(initial=0)) + 1)
    elder = age_on(p["birth"][person], day) > 65
    out = np.where(none & (draw < 0.55), household_phone[p["household"][person]], phone)
    return cast(
        Ints,
        np.where(none & (out == 0) & (draw < (0.35 if t.profile != "busy" else 0.8)) & elder, office[village], out),
    )


def _incidents(rng: np.random.Generator, t: Traits, cards: Cards, people: People, first: int, last: int) -> None:
    """Lost cards and their replacements, forgotten PINs, changed phones, mobile banking; few of each."""
    n = len(cards.rows)
    rows = cards.rows

    def moments(row: Ints) -> Ints:
        low = np.maximum(rows["opened"][row] + 20, first)
        high = np.maximum(np.minimum(rows["closed"][row], last), low + 1)
        return waking_hours(rng, low + (rng.random(len(row)) * (high - low)).astype(np.int64))

    def event(row: Ints, kind: int, value: Array | str = "") -> None:
        cards.events.add(
            len(row),
            card=row,
            at=moments(row),
            kind=kind,
            value=value,
            actor=rows["holder"][row],
            outlet=rows["outlet"][row],
        )

    event(np.flatnonzero(rng.random(n) < 0.01), PIN)
    changed = np.flatnonzero(rng.random(n) < 0.015)
    event(
        changed,
        PHONE,
        np.array([str(16_000_000_000 + x) for x in rng.integers(0, 10**9, len(changed)).tolist()], dtype=object),
    )
    mobile = np.flatnonzero((rows["phone"] > 0) & (rows["kind"] == SOCIAL) & (rng.random(n) < t.mobile))
    device = rows["phone"][mobile] * 7 % 9_999_999_967  # one device a phone number: children's devices serve parents
    event(mobile, DEVICE, np.array([f"DV{d:010d}" for d in device.tolist()], dtype=object))
    holder = rows["holder"]
    lost = np.flatnonzero(
        (rows["kind"] == SOCIAL)
        & (rng.random(n) < 0.006)
        & (cards.new[holder] == np.arange(n))
        & (cards.switch[holder] < last - 80)
    )
    if len(lost):
        person = holder[lost]
        day = np.maximum(cards.switch[person], first) + rng.integers(10, 70, len(lost))
        rows["closed"][lost] = day
        fresh = add(
            rng, t, cards, person, SOCIAL, rows["bank"][lost], day + 1, rows["outlet"][lost], rows["phone"][lost]
        )
        rows = cards.rows
        at = office_hours(rng, day)
        cards.events.add(len(lost), card=lost, at=at, kind=LOST, actor=person, outlet=rows["outlet"][lost])
        cards.events.add(
            len(lost),
            card=lost,
            at=at + 600,
            kind=REPLACED,
            value=rows["number"][fresh],
            actor=person,
            outlet=rows["outlet"][lost],
        )
        cards.spare[person], cards.spare_from[person] = fresh, day + 2
