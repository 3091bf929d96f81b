"""Facts other departments report: deaths (late, twice, falsely), payroll, prison, departures, houses, cars, firms."""

from __future__ import annotations

import numpy as np

from simulation._clock import FAR, age_on, first_day, office_hours
from simulation._frame import Array, Frame, Ints
from simulation._streams import Streams
from simulation._traits import Traits
from simulation.people import People
from simulation.places import Places

KINDS = (
    "death",
    "imprisoned",
    "released",
    "public_payroll_start",
    "public_payroll_end",
    "moved_out",
    "company_registered",
    "house_bought",
    "vehicle_bought",
)
DEATH, PRISON, RELEASED, PAYROLL, PAYROLL_END, LEFT, COMPANY, HOUSE, VEHICLE = range(9)


def frame() -> Frame:
    """Events as one department reported them."""
    return Frame(person=-1, kind=0, day=0, source="", recorded=0)


def build(streams: Streams, t: Traits, places: Places, people: People, start: int, months: int) -> Frame:
    """Events of the years in view and the older ones still on record."""
    rng = streams("vital")
    events = frame()
    p = people.persons
    first, last = int(first_day(start)), int(first_day(start + months))
    dead = np.flatnonzero(p["death"] < FAR)
    remote = places.remote[people.households["village"][p["household"][dead]]]
    report_deaths(rng, t, events, dead, p["death"][dead], remote)
    age = age_on(p["birth"], first)
    adult = (age >= 18) & (p["death"] == FAR)

    def some(mask: Array, share: float) -> Ints:
        return np.flatnonzero(mask & (rng.random(len(p)) < share))

    # living people on record as dead: a paper somebody signed for the wrong man
    wrong = some(adult & (age > 55), t.false_death * 4)
    p["false_death"][wrong] = first + rng.integers(30, max(60, last - first), len(wrong))
    _report(rng, events, wrong, DEATH, p["false_death"][wrong], "village_report", 30)
    payroll = some(adult & (age > 22) & (age < 59) & (p["payroll_from"] == FAR), t.payroll * 0.6)
    p["payroll_from"][payroll] = np.where(
        rng.random(len(payroll)) < 0.7,
        first - rng.integers(100, 8000, len(payroll)),
        rng.integers(first, last, len(payroll)),
    )
    ended = payroll[rng.random(len(payroll)) < 0.12]
    p["payroll_to"][ended] = np.maximum(p["payroll_from"][ended] + 300, rng.integers(first - 400, last, len(ended)))
    on = np.flatnonzero(p["payroll_from"] < FAR)
    _report(rng, events, on, PAYROLL, p["payroll_from"][on], "personnel", 40, first)
    _report(rng, events, ended, PAYROLL_END, p["payroll_to"][ended], "personnel", 40, first)
    prison = some(adult & (age < 65), 0.0035)
    p["prison_from"][prison] = rng.integers(first - 300, last, len(prison))
    p["prison_to"][prison] = p["prison_from"][prison] + rng.integers(150, 1500, len(prison))
    _report(rng, events, prison, PRISON, p["prison_from"][prison], "justice", 40, first)
    out = prison[p["prison_to"][prison] < last]
    _report(rng, events, out, RELEASED, p["prison_to"][out], "justice", 25, first)
    away = some(adult & (age < 60), 0.002)
    p["left_day"][away] = rng.integers(first, last, len(away))
    _report(rng, events, away, LEFT, p["left_day"][away], "police", 50)
    for kind, source, share in (
        (COMPANY, "market_supervision", 0.006),
        (HOUSE, "housing_register", 0.006),
        (VEHICLE, "vehicle_office", 0.025),
    ):
        owner = some(adult & (age > 20) & (age < 66), share)
        day = rng.integers(first - 3000, last, len(owner))
        p["asset"][owner] = np.minimum(p["asset"][owner], day)
        _report(rng, events, owner, kind, day, source, 15, first)
    return events


def report_deaths(rng: np.random.Generator, t: Traits, events: Frame, dead: Ints, day: Ints, remote: Array) -> None:
    """One to three departments record each death, late in the countryside; a few deaths nobody records."""
    sources = np.array(["police", "civil_affairs", "funeral_home", "health", "village_report"], dtype=object)
    for turn, share in enumerate((0.93, 0.4, 0.1)):
        told = np.flatnonzero(rng.random(len(dead)) < share)
        late = rng.random(len(told)) < t.late_death * np.where(remote[told], 1.4, 0.7)
        lag = np.where(late, rng.gamma(2.0, 110, len(told)), rng.exponential(22, len(told))) + 3 + turn * 15
        slip = np.where(rng.random(len(told)) < 0.07, rng.integers(-9, 10, len(told)), 0)
        known = office_hours(rng, day[told] + lag.astype(np.int64))
        events.add(
            len(told),
            person=dead[told],
            kind=DEATH,
            day=day[told] + slip - np.maximum(slip - 2, 0),
            source=sources[(rng.integers(0, 2, len(told)) + 2 * turn) % 5],
            recorded=known,
        )


def _report(
    rng: np.random.Generator,
    events: Frame,
    person: Ints,
    kind: int,
    day: Ints,
    source: str,
    mean_lag: float,
    first: int = 0,
) -> None:
    """Add events recorded some time after they happened; what lies before `first` was handed over shortly before it."""
    lag = 2 + rng.exponential(mean_lag, len(person)).astype(np.int64)
    known = np.maximum(day + lag, first - 120 + rng.integers(0, 100, len(person)) if first else 0)
    events.add(len(person), person=person, kind=kind, day=day, source=source, recorded=office_hours(rng, known))
