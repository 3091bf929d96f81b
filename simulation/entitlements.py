"""Who honestly receives what, from when to when: the enrolments behind every list."""

from __future__ import annotations

import numpy as np

from simulation._clock import FAR, age_on, first_day, month_of, office_hours
from simulation._county import County
from simulation._frame import Array, Bools, Frame, Ints
from simulation._items import Program
from simulation._labels import number
from simulation.people import CATEGORIES, HEAD

_KINDS = ("arable", "forest", "grassland", "livestock", "machine")


def certificate_frame() -> Frame:
    """Certificates; `kind` is text."""
    return Frame(person=-1, kind="", grade=0, since=0, until=FAR, recorded=0)


def authorization_frame() -> Frame:
    """Lawful proxies; `institution` is set where the proxy is no person."""
    return Frame(person=-1, proxy=-1, institution="", kind="authorized_agent", since=0, until=FAR, recorded=0)


def build(c: County) -> None:
    """Fill `c.enrolments`, `c.certificates` and the proxies of honest recipients."""
    rng = c.streams("entitlements")
    p, h = c.people.persons, c.people.households
    poor_ok = np.ones(len(h), dtype=bool)
    for flag in (p["payroll_from"] < FAR, p["asset"] < FAR):
        poor_ok[p["household"][flag]] = False
        poor_ok[p["moved_household"][flag]] = False
    clear = (p["payroll_from"] == FAR) & (p["prison_from"] == FAR) & (p["left_day"] == FAR)
    age = age_on(p["birth"], c.first)
    poor = poor_ok & np.isin(h["category"], (CATEGORIES.index("low_income"), CATEGORIES.index("extreme_poverty")))
    _certify(c, rng, age)
    for place, item in enumerate(c.programs):
        match item.key:
            case "arable" | "forest" | "livestock" | "grazing_ban" | "grass_balance" | "grower":
                _land(c, rng, place, item)
            case "rural_dibao" | "urban_dibao":
                _allowance(c, rng, place, item, poor & (h["category"] == 1))
            case "extreme":
                home = np.flatnonzero(poor & (h["category"] == 2) & (h["head"] >= 0))
                _personal(c, rng, place, h["head"][home], 0, rng.random(len(home)) < 0.8)
            case "elder80" | "elder90":
                _elders(c, rng, place, item, clear)
            case "disabled_life" | "disabled_care":
                who = np.flatnonzero(
                    (p["disability"] > 0)
                    & (p["disability"] <= item.max_grade)
                    & clear
                    & _home(p, poor_ok if item.means_tested else np.ones_like(poor_ok))
                )
                grade = p["disability"][who] if len(item.rate) > 1 else 0
                _personal(c, rng, place, who, grade, rng.random(len(who)) < 0.75)
            case "veteran":
                who = np.flatnonzero((age > 58) & (age < 85) & ~p["female"] & clear & (rng.random(len(p)) < 0.05))
                _certificate(c, rng, who, "veteran", 0)
                _personal(c, rng, place, who, 0, np.ones(len(who), dtype=bool))
            case "orphan":
                who = np.flatnonzero((age >= 1) & (age < 15) & (rng.random(len(p)) < 0.008))
                _personal(c, rng, place, who, 0, np.ones(len(who), dtype=bool))
            case "resettled":
                villages = rng.random(c.places.villages) < 0.08
                who = np.flatnonzero(
                    villages[h["village"][p["household"]]] & (age > 12) & (rng.random(len(p)) < 0.75) & clear
                )
                _personal(c, rng, place, who, 0, rng.random(len(who)) < 0.95)
            case "temporary_post":
                _posts(c, rng, place, clear & (age > 25) & (age < 60) & _home(p, poor | (h["category"] == 3)))
            case "family_plan":
                who = np.flatnonzero((age >= 57) & (age < 90) & clear & (rng.random(len(p)) < 0.16))
                begin = month_of(p["birth"][who]) + 720 - c.start
                _personal(c, rng, place, who, 0, np.ones(len(who), dtype=bool), begin)
            case "study":
                who = np.flatnonzero((age >= 15) & (age < 22) & clear & _home(p, poor) & (rng.random(len(p)) < 0.5))
                _personal(c, rng, place, who, 0, np.ones(len(who), dtype=bool), end=rng.integers(6, 30, len(who)))
            case _:
                _once(c, rng, place, item, poor_ok)
    _end_at_death(c, rng)
    _payees(c, rng)
    e = c.enrolments
    e["order"] = rng.random(len(e))


def _home(p: Frame, homes: Bools) -> Bools:
    return homes[p["household"]] & homes[p["moved_household"]]


def _certify(c: County, rng: np.random.Generator, age: Array) -> None:
    """Disability certificates with renewals: ten years each, now and then with a gap or a new grade."""
    p = c.people.persons
    share = np.where(age > 60, 0.1, np.where(age > 5, 0.035, 0.0))
    who = np.flatnonzero(rng.random(len(p)) < share * 0.6)
    p["disability"][who] = rng.choice(4, len(who), p=(0.14, 0.28, 0.28, 0.3)) + 1
    _certificate(c, rng, who, "disability", p["disability"][who])


def _certificate(c: County, rng: np.random.Generator, who: Ints, kind: str, grade: Ints | int) -> None:
    """A certificate that began within ten years before the start, renewed in time where it ends."""
    since = c.first - rng.integers(30, 3600, len(who))
    until = since + 3652
    grades = np.broadcast_to(np.asarray(grade), (len(who),))
    c.certificates.add(
        len(who),
        person=who,
        kind=kind,
        grade=grades,
        since=since,
        until=until,
        recorded=office_hours(rng, since + rng.integers(5, 40, len(who))),
    )
    ends = until < c.last
    again = until[ends] + 1
    known = again - rng.integers(1, 40, len(again))
    c.certificates.add(
        len(again),
        person=who[ends],
        kind=kind,
        grade=grades[ends],
        since=again,
        until=again + 3652,
        recorded=office_hours(rng, known),
    )


def _land(c: County, rng: np.random.Generator, place: int, item: Program) -> None:
    """Households that hold land of the item's kind, in the head's name; the next head follows when registered."""
    p, h = c.people.persons, c.people.households
    kind = _KINDS.index(item.holding)
    live = c.holdings["kind"] == kind
    total = np.bincount(c.holdings["household"][live], weights=c.holdings["quantity"][live], minlength=len(h))
    has = (total > 0) & (h["head"] >= 0)
    if item.key == "grower":
        has &= total > np.quantile(total[has], 0.96)
    if item.holding == "grassland":
        has &= (h["village"] * 7 + c.traits.tenant) % 2 == (0 if item.key == "grazing_ban" else 1)
    home = np.flatnonzero(has & (rng.random(len(h)) < (0.995 if item.key == "arable" else 0.93)))
    head = h["head"][home]
    heir = np.full(len(h), -1)
    heirs = np.flatnonzero(
        (p["moved_relation"] == HEAD) & (p["moved_household"] == p["household"]) & (p["moved_day"] < FAR)
    )
    heir[p["household"][heirs]] = heirs
    change = np.where(heir[home] >= 0, month_of(p["moved_day"][heir[home]]) + 1 - c.start, 10_000)
    c.enrolments.add(len(home), program=place, person=head, household=home, quantity=-1.0, end=change)
    later = np.flatnonzero(change < c.months)
    c.enrolments.add(
        len(later), program=place, person=heir[home[later]], household=home[later], quantity=-1.0, first=change[later]
    )
    if item.certificate:
        _certificate(c, rng, np.concatenate([head, heir[home[later]]]), item.certificate, 0)


def _allowance(c: County, rng: np.random.Generator, place: int, item: Program, poor: Bools) -> None:
    """Living allowance: poor households, reviewed yearly; some join and leave."""
    h, p = c.people.households, c.people.persons
    urban = (h["village"] % 9) == 0
    home = np.flatnonzero(poor & (h["head"] >= 0) & (urban if item.key == "urban_dibao" else ~urban))
    n = len(home)
    size = np.bincount(p["household"], minlength=len(h))[home]
    old = home[rng.random(n) < c.traits.category_lag]  # the register still calls them what they were
    h["category"][old] = rng.choice([0, 0, 3], len(old))
    begin = np.where(rng.random(n) < 0.68, rng.integers(-30, 0, n), rng.integers(0, max(1, c.months), n))
    stop = np.where(rng.random(n) < 0.25, begin + rng.integers(8, 40, n), 10_000)
    c.enrolments.add(
        n,
        program=place,
        person=h["head"][home],
        household=home,
        quantity=np.clip(rng.integers(1, 5, n), 1, size).astype(float),
        grade=rng.choice(len(item.rate), n) + 1,
        first=begin,
        end=stop,
    )


def _personal(
    c: County,
    rng: np.random.Generator,
    place: int,
    who: Ints,
    grade: Ints | int,
    takes: Bools,
    begin: Ints | None = None,
    end: Ints | None = None,
) -> None:
    who = who[takes]
    n = len(who)
    if begin is None:
        first = np.where(rng.random(n) < 0.78, rng.integers(-30, 0, n), rng.integers(0, max(1, c.months), n))
    else:
        first = begin[takes]
    c.enrolments.add(
        n,
        program=place,
        person=who,
        household=c.people.persons["household"][who],
        grade=np.asarray(grade)[takes] if isinstance(grade, np.ndarray) else grade,
        first=first,
        end=10_000 if end is None else end[takes],
    )


def _elders(c: County, rng: np.random.Generator, place: int, item: Program, clear: Bools) -> None:
    """Old-age allowance from the month of the birthday (some apply late) to the next band."""
    p = c.people.persons
    turns = month_of(p["birth"]) + item.min_age * 12 - c.start
    leaves = month_of(p["birth"]) + (item.max_age + 1) * 12 - c.start if item.max_age else np.full(len(p), 10_000)
    who = np.flatnonzero(
        (turns < c.months) & (leaves > 0) & clear & (p["death"] > c.first) & (rng.random(len(p)) < 0.94)
    )
    late = np.where((turns[who] > 0) & (rng.random(len(who)) < 0.3), rng.integers(1, 5, len(who)), 0)
    c.enrolments.add(
        len(who), program=place, person=who, household=p["household"][who], first=turns[who] + late, end=leaves[who]
    )


def _posts(c: County, rng: np.random.Generator, place: int, fit: Bools) -> None:
    """Temporary village posts that rotate lawfully: one to three places a village, a year each."""
    p = c.people.persons
    who = rng.permutation(np.flatnonzero(fit))
    village = c.people.households["village"][p["household"][who]]
    order = np.argsort(village, kind="stable")
    who, village = who[order], village[order]
    turn = np.arange(len(who)) - np.searchsorted(village, village)
    first = turn // 2 * 12 - 12
    taken = (first < c.months) & (turn < 8) & (rng.random(c.places.villages)[village] < 0.5)
    c.enrolments.add(
        int(taken.sum()),
        program=place,
        person=who[taken],
        household=p["household"][who[taken]],
        first=first[taken],
        end=first[taken] + 12,
        look=np.where(rng.random(int(taken.sum())) < 0.3, number("T42"), 0),
    )


def _once(c: County, rng: np.random.Generator, place: int, item: Program, poor_ok: Bools) -> None:
    """One-off items: housing repair, machines, relief."""
    h = c.people.households
    share = {"housing": 0.013, "machine": 0.014, "relief": 0.022}[item.key] * c.months / 12
    fit = (h["head"] >= 0) & (poor_ok if item.means_tested else np.ones(len(h), dtype=bool))
    weight = np.where(h["category"] > 0, 2.5, 0.7) if item.means_tested else np.ones(len(h))
    home = np.flatnonzero(fit & (rng.random(len(h)) < share * weight))
    month = rng.integers(0, c.months, len(home))
    if item.key == "machine":  # machines are bought before the season
        season = rng.integers(0, 4, len(home)) + 1 + month // 12 * 12
        month = np.where(rng.random(len(home)) < 0.6, season, month)
    grade = rng.choice(len(item.rate), len(home), p=_falling(len(item.rate))) + 1
    c.enrolments.add(
        len(home),
        program=place,
        person=h["head"][home],
        household=home,
        grade=grade,
        first=month,
        end=month + 1,
    )
    if item.key == "machine":
        bought = first_day(c.start + month) - rng.integers(5, 60, len(home))
        c.holdings.add(
            len(home),
            serial=900_000 + rng.permutation(len(home) * 3)[: len(home)],
            household=home,
            kind=4,
            quantity=1.0,
            since=bought,
            recorded=office_hours(rng, bought + rng.integers(1, 5, len(home))),
        )


def _falling(n: int) -> Array:
    share = 1.0 / np.arange(1, n + 1)
    out: Array = share / share.sum()
    return out


def _end_at_death(c: County, rng: np.random.Generator) -> None:
    """Living-only items stop with the month of death, a few a month or two later; personal items move with people."""
    e, p = c.enrolments, c.people.persons
    living = np.array([i.living_only for i in c.programs])[e["program"]]
    dead = p["death"][e["person"]] < FAR
    late = rng.choice([1, 2, 3], len(e), p=(0.88, 0.09, 0.03))
    stop = np.where(living & dead, month_of(p["death"][e["person"]]) - c.start + late, 10_000)
    e["end"] = np.minimum(e["end"], stop)
    gone = (p["death"][e["person"]] <= c.first) & living
    gone |= e["first"] >= e["end"]
    land_gone = (p["death"][e["person"]] < first_day(c.start + np.clip(e["first"], -500, 500))) & ~living
    e.keep(~(gone | land_gone))


def _payees(c: County, rng: np.random.Generator) -> None:
    """Whose card receives: one's own, the head's, a guardian's (with a paper), an institution's."""
    e, p, h = c.enrolments, c.people.persons, c.people.households
    person = e["person"]
    head = h["head"][e["household"]]
    age = age_on(p["birth"][person], c.first)
    head_ok = (head >= 0) & (head != person) & (p["death"][np.maximum(head, 0)] == FAR)
    by_head = rng.random(len(p))[person] < c.traits.head_card
    e["payee"] = np.where(head_ok & ((age < 16) | by_head), head, person)
    # guardians and helpers, always the same for one person
    draw = rng.random(len(p))[person]
    frail = (age >= 84) | (p["disability"][person] == 1)
    guarded = np.unique(person[frail & (draw < 0.2)])
    near = np.clip(guarded + rng.integers(1, 40, len(guarded)), 0, len(p) - 1)
    fit = (
        (age_on(p["birth"][near], c.first) > 24) & (p["death"][near] == FAR) & (near != guarded) & p["registered"][near]
    )
    guarded, near = guarded[fit], near[fit]
    since = c.first - rng.integers(60, 1500, len(guarded))
    c.authorizations.add(
        len(guarded),
        person=guarded,
        proxy=near,
        kind=np.where(rng.random(len(guarded)) < 0.5, "guardian", "authorized_agent").astype(object),
        since=since,
        recorded=office_hours(rng, since + 20),
    )
    guardian = np.full(len(p), -1)
    guardian[guarded] = near
    has = guardian[person] >= 0
    e["payee"] = np.where(has, guardian[person], e["payee"])
    e["look"] = np.where(has & (e["look"] == 0) & (draw < 0.08), number("T23"), e["look"])
    _institutions(c, rng)


def _institutions(c: County, rng: np.random.Generator) -> None:
    """Homes for people without family receive lawfully on one card for many."""
    e, p = c.enrolments, c.people.persons
    place = c.program("extreme")
    inside = np.unique(e["person"][(e["program"] == place) & (e["look"] == 0)])
    inside = inside[rng.random(len(inside)) < 0.35]
    if not len(inside):
        return
    village = c.people.households["village"][p["household"][inside]]
    town = c.places.town_of[village]
    home_of_town = np.full(c.places.towns, -1)
    for t in np.unique(town).tolist():
        home_of_town[t] = p.add(
            1,
            pid=f"INST{c.places.county % 1000}{t:03d}",
            name=f"{'Care home' if c.traits.profile == 'other_country' else '中心敬老院'}{t + 1}",
            household=0,
            birth=c.first - 9000,
            registered=False,
            moved_household=0,
        )[0]
    since = c.first - rng.integers(60, 1500, len(inside))
    c.authorizations.add(
        len(inside),
        person=inside,
        institution=p["pid"][home_of_town[town]],
        kind="institution",
        since=since,
        recorded=office_hours(rng, since + 15),
    )
    care = np.full(len(p), -1)
    care[inside] = home_of_town[town]
    rows = (care[e["person"]] >= 0) & (e["program"] == place)
    e["payee"] = np.where(rows, care[e["person"]], e["payee"])
    e["look"] = np.where(rows, number("T22"), e["look"])
