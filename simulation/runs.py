"""Payment runs and the planned payments that follow from enrolments."""

from __future__ import annotations

from typing import cast

import numpy as np

from simulation._clock import DAY, first_day, month_of, office_hours, working_day
from simulation._county import County
from simulation._frame import Array, Bools, Ints
from simulation._items import Program
from simulation._labels import DATA_ERROR
from simulation.holdings import KINDS, held
from simulation.people import PARENT


def build(c: County) -> None:
    """Open every run of the years in view and fill it from the enrolments."""
    rng = c.streams("runs")
    for place, item in enumerate(c.programs):
        mine = np.flatnonzero(c.enrolments["program"] == place)
        day = int(rng.integers(2, 12))
        lag = int(rng.integers(0, 2)) if item.frequency == "quarterly" else 0
        if item.frequency in ("monthly", "quarterly"):
            for month in range(0, c.months, item.span):
                paid = month + item.span - 1 + lag
                if paid < c.months:
                    _regular(c, rng, place, item, mine, month, paid, day)
        elif item.frequency == "annual":
            _annual(c, rng, place, item, mine, day)
        else:
            _one_off(c, rng, place, item, mine, day)


def open_run(c: County, rng: np.random.Generator, place: int, period: int, month: int, day: int) -> int:
    """Add a run paid in `month` (counted from the start), funds received about the `day`-th. Returns its position."""
    item = c.programs[place]
    received = int(working_day(int(first_day(c.start + month)) + day - 1 + int(rng.integers(0, 3))))
    limit = max(3, item.limit_days)
    until = received + max(3, round(limit * c.traits.run_lag * float(rng.uniform(0.4, 1.2))))
    if rng.random() < c.traits.deadline_rush * 0.3:
        until = received + limit - 1
    until = min(until, received + limit - 1, c.last - 1)
    planned = until - max(0, (until + 3) % 7 - 4)  # the Friday before a weekend
    created = (
        int(office_hours(rng, np.array([received]))[0])
        if planned - received < 12
        else int(office_hours(rng, np.array([planned - 8]))[0])
    )
    return int(
        c.runs.add(1, program=place, period=period, month=month, received=received, created=created, planned=planned)[0]
    )


def _regular(
    c: County, rng: np.random.Generator, place: int, item: Program, mine: Ints, month: int, paid: int, day: int
) -> None:
    """A monthly or quarterly run: one unit a month in which the enrolment was in force."""
    e = c.enrolments
    covered = np.stack([(e["first"][mine] <= m) & (e["end"][mine] > m) for m in range(month, month + item.span)])
    rows = covered.any(axis=0)
    mine, covered = mine[rows], covered[:, rows]
    if not len(mine):
        return
    grade, village = np.maximum(e["grade"][mine], 1), _village(c, mine, paid)
    per_month = np.stack([c.fen(place, grade, village, np.full(len(mine), m)) for m in range(month, month + item.span)])
    by_month = item.unit == "month"
    count = covered.sum(axis=0).astype(float)
    quantity = count if by_month else e["quantity"][mine]
    fen = (per_month * covered).sum(axis=0) * (1.0 if by_month else e["quantity"][mine])
    run = open_run(c, rng, place, c.start + month, paid, day)
    new = _fill(c, rng, run, mine, village, quantity, np.round(fen).astype(np.int64), paid)
    if item.span > 1 and (per_month[0] != per_month[-1]).any():
        c.resemble(new, "T18")
    if item.living_only:  # the last months of people whose death was not yet known
        death = c.people.persons["death"][e["person"][mine]]
        gone = month_of(death) < c.start + month + item.span - 1
        c.resemble(new[gone & (month_of(death) < c.start + paid)], "T01", error=True)


def _annual(c: County, rng: np.random.Generator, place: int, item: Program, mine: Ints, day: int) -> None:
    """Yearly runs: most villages in the first pay month, the rest in the second."""
    e = c.enrolments
    second = rng.random(c.places.villages) < (0.3 if len(item.pay_months) > 1 else 0.0)
    for year in range(c.start // 12, (c.start + c.months) // 12 + 1):
        for turn, calendar_month in enumerate(item.pay_months):
            paid = year * 12 + calendar_month - 1 - c.start
            if not 0 <= paid < c.months:
                continue
            now = mine[(e["first"][mine] <= paid) & (e["end"][mine] > paid)]
            now = now[second[c.people.households["village"][e["household"][now]]] == (turn == 1)]
            if not len(now):
                continue
            quantity, odd = e["quantity"][now].copy(), np.zeros(len(now), dtype=np.int64)
            if item.holding:
                kind = KINDS.index(item.holding)
                has, odds = held(c.holdings, len(c.people.households), kind, int(first_day(c.start + paid)) - 20)
                own = quantity < 0
                quantity[own], odd[own] = has[e["household"][now[own]]], odds[e["household"][now[own]]]
            ok = quantity > 0
            now, quantity, odd = now[ok], quantity[ok], odd[ok]
            village = _village(c, now, paid)
            at = np.full(len(now), year * 12 - c.start)
            fen = np.round(c.fen(place, np.maximum(e["grade"][now], 1), village, at) * quantity).astype(np.int64)
            new = _fill(c, rng, open_run(c, rng, place, year * 12, paid, day), now, village, quantity, fen, paid)
            f = c.payments
            f["look"][new] = np.where((f["typ"][new] == 0) & (f["look"][new] == 0), odd, f["look"][new])
            if not item.living_only:  # land goes on in the dead head's name until the next head registers
                c.resemble(new[c.people.persons["death"][e["person"][now]] < int(first_day(c.start + paid))], "T01")


def _one_off(c: County, rng: np.random.Generator, place: int, item: Program, mine: Ints, day: int) -> None:
    """Single payments, gathered into the next pay month's run."""
    e = c.enrolments
    for paid in range(c.months):
        if (c.start + paid) % 12 + 1 not in item.pay_months:
            continue
        earlier = [m for m in range(paid - 11, paid) if (c.start + m) % 12 + 1 in item.pay_months]
        after = earlier[-1] if earlier else paid - 12
        now = mine[(e["first"][mine] > after) & (e["first"][mine] <= paid)]
        if not len(now):
            continue
        village = _village(c, now, paid)
        fen = np.round(c.fen(place, e["grade"][now], village, np.full(len(now), paid)) * e["quantity"][now]).astype(
            np.int64
        )
        if item.by_case:
            fen = np.maximum(
                30_000, np.round(fen * rng.uniform(0.6, 1.45, len(fen)) / 10_000).astype(np.int64) * 10_000
            )
        _fill(
            c,
            rng,
            open_run(c, rng, place, (c.start + paid) // 12 * 12, paid, day),
            now,
            village,
            e["quantity"][now],
            fen,
            paid,
        )


def _village(c: County, enrolment: Ints, month: int) -> Ints:
    """The village each enrolment is listed in: where the household lives, or what the enrolment states."""
    e = c.enrolments
    day = np.full(len(enrolment), int(first_day(c.start + month)) - 60)
    home = c.people.village_on(e["household"][enrolment], day)
    return cast(Ints, np.where(e["village"][enrolment] >= 0, e["village"][enrolment], home))


def _fill(
    c: County,
    rng: np.random.Generator,
    run: int,
    enrolment: Ints,
    village: Ints,
    quantity: Array,
    fen: Ints,
    month: int,
) -> Ints:
    """Append the payments of one run: townships submit their lists separately, in village order.

    Returns positions in the order of `enrolment`, which is not the order of the lines.
    """
    e, r = c.enrolments, c.runs
    town = c.places.town_of[village]
    order = np.lexsort((e["order"][enrolment], village, town))
    enrolment, village, quantity, fen, town = enrolment[order], village[order], quantity[order], fen[order], town[order]
    created, planned = int(r["created"][run]), int(r["planned"][run])
    spread = max(1, planned - created // DAY)
    day = created // DAY + (rng.random(c.places.towns) ** 1.5 * spread).astype(np.int64)
    moment = np.clip(
        office_hours(rng, day), created + 60, min(max(planned * DAY + 61_000, created + 120), c.last * DAY - 1)
    )
    at = moment[town]
    desk = int(r["program"][run])
    clerk = c.officials.clerk_of(
        np.arange(c.places.towns), np.full(c.places.towns, month), np.full(c.places.towns, desk)
    )
    shared = np.random.default_rng([c.traits.tenant, c.number]).random(c.places.towns) < c.traits.terminal
    clerk = np.where(shared, clerk[np.arange(c.places.towns) // 2 * 2], clerk)  # neighbouring townships on one terminal
    by_village = (
        np.random.default_rng([c.traits.tenant, desk]).random(c.places.villages) < c.traits.village_prepares * 0.4
    )
    accountant = c.officials.holder(2, village, np.full(len(village), month))
    prepared = np.where(by_village[village], accountant, clerk[town])
    marked = (e["marked_from"][enrolment] <= month) & (month < e["marked_to"][enrolment])
    irregular = marked & (e["typ"][enrolment] != 0)
    rows = c.payments.add(
        len(enrolment),
        run=run,
        program=desk,
        enrolment=enrolment,
        period=r["period"][run],
        person=e["person"][enrolment],
        household=e["household"][enrolment],
        payee=e["payee"][enrolment],
        quantity=quantity,
        fen=fen,
        village=village,
        grade=e["grade"][enrolment],
        prepared=prepared,
        at=at,
        line=np.arange(1, len(enrolment) + 1),
        typ=np.where(irregular, e["typ"][enrolment], 0),
        ring=np.where(irregular, e["ring"][enrolment], 0),
        actor=np.where(irregular, e["actor"][enrolment], -1),
        role=np.where(irregular, e["role"][enrolment], 0),
        look=np.where(marked & ~irregular, e["look"][enrolment], 0),
        card=e["card"][enrolment],
    )
    f = c.payments
    back = np.empty(len(order), dtype=np.int64)
    back[order] = rows
    errors = marked & ~irregular & (e["role"][enrolment] == DATA_ERROR)
    f["role"][rows[errors]] = DATA_ERROR
    return back


def assign_cards(c: County) -> None:
    """Set the card of every payment that has none yet: the payee's card of that day."""
    f = c.payments
    f["payee"] = np.where(f["payee"] < 0, f["person"], f["payee"])
    open_rows = np.flatnonzero(f["card"] < 0)
    f["card"][open_rows] = c.cards.paid_to(f["payee"][open_rows], f["at"][open_rows] // DAY)


def needy(c: County) -> Ints:
    """People who receive and have no card yet."""
    e = c.enrolments
    payee = np.where(e["payee"] < 0, e["person"], e["payee"])
    people = np.unique(payee[e["card"] < 0])
    c.cards.resize(len(c.people.persons))
    return cast(Ints, people[(c.cards.old[people] < 0) & (c.cards.new[people] < 0)])


def twins(c: County) -> Bools:
    """Payments to two people of one household born on one day, for the same item and period."""
    f, p = c.payments, c.people.persons
    key = (f["household"] * 40_000 + p["birth"][f["person"]] % 40_000) * 1000 + f["run"] % 1000
    _, place, count = np.unique(key, return_inverse=True, return_counts=True)
    return cast(Bools, (count[place] > 1) & (p["relation"][f["person"]] != PARENT))


def lookup_run(c: County, program: int, month: int) -> int:
    """The first run of an item paid in `month` or later, -1 where there is none."""
    r = c.runs
    fit = np.flatnonzero((r["program"] == program) & (r["month"] >= month) & ~r["drop"])
    return int(fit[np.argmin(r["month"][fit])]) if len(fit) else -1
