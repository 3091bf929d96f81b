"""Lists from departments that know people by name rather than by number, with the errors such lists have."""

from __future__ import annotations

import numpy as np

from simulation import identity, names
from simulation._clock import FAR, calendar, office_hours
from simulation._county import County
from simulation._frame import Array, Frame, Ints
from simulation.vital import COMPANY, DEATH, HOUSE, LEFT, PAYROLL, PRISON, VEHICLE

_SOURCES = (
    "civil_affairs",
    "justice",
    "personnel",
    "police",
    "market_supervision",
    "housing_register",
    "vehicle_office",
)
_KIND_OF = (DEATH, PRISON, PAYROLL, LEFT, COMPANY, HOUSE, VEHICLE)


def frame() -> Frame:
    """Rows of the lists; text columns are ready to write, `person` is who is meant (-1: nobody in the register)."""
    return Frame(
        source="",
        kind=0,
        name="",
        sex=-1,
        birth=FAR,
        number="",
        phone=0,
        village=-1,
        address="",
        day=0,
        recorded=0,
        person=-1,
    )


def build(c: County) -> Frame:
    """Rows about people in the register, their namesakes elsewhere, and strangers."""
    rng = c.streams("department_lists")
    out = frame()
    p = c.people.persons
    known = np.flatnonzero(p["registered"] & ~p["ghost"] & (p["birth"] < c.first - 16 * 365))
    n = round(len(c.people.households) * float(rng.uniform(0.05, 0.14)))
    person = rng.choice(known, n)
    dying = np.flatnonzero((p["death"] < FAR) & p["registered"])
    deaths = rng.random(n) < 0.3
    if len(dying):
        person = np.where(deaths, rng.choice(dying, n), person)
    which = np.where(deaths, 0, rng.integers(1, len(_KIND_OF), n))
    stranger = rng.random(n) < 0.12
    day = np.where(p["death"][person] < FAR, p["death"][person], rng.integers(c.first - 500, c.last, n))
    day = np.where(which == 0, day, rng.integers(c.first - 500, c.last, n))
    day = np.minimum(day, c.last - 1)
    lag = rng.gamma(1.5, 60, n).astype(np.int64) + 3
    recorded = office_hours(rng, np.maximum(day + lag, c.first - 100))
    birth = _birth(rng, p["birth"][person], stranger)
    home = c.people.households["village"][p["household"][person]]
    latin = c.traits.profile == "other_country"
    shown = np.where(rng.random(n) < 0.06, names.misspelt(rng, p["name"][person]), p["name"][person])
    number = np.array(
        [_number(rng, str(pid), bool(s), latin) for pid, s in zip(p["pid"][person], stranger, strict=True)],
        dtype=object,
    )
    address = np.array(
        [
            "" if r < 0.4 else (f"Hamlet {v + 1}" if latin else f"{v % 40 + 1}村{int(r * 90) % 9 + 1}组")
            for r, v in zip(rng.random(n).tolist(), home.tolist(), strict=True)
        ],
        dtype=object,
    )
    out.add(
        n,
        source=np.array(_SOURCES, dtype=object)[which],
        kind=np.array(_KIND_OF)[which],
        name=shown,
        sex=np.where(
            rng.random(n) < 0.85, np.where(rng.random(n) < 0.01, ~p["female"][person], p["female"][person]), -1
        ).astype(np.int64),
        birth=np.where(rng.random(n) < 0.7, birth, FAR),
        number=number,
        phone=np.where(rng.random(n) < 0.2, p["phone"][person], 0),
        village=np.where(rng.random(n) < 0.65, home, -1),
        address=address,
        day=day,
        recorded=recorded,
        person=np.where(stranger, -1, person),
    )
    keep = out["recorded"] < (c.last + 90) * 86_400
    out.keep(keep)
    return out


def _birth(rng: np.random.Generator, birth: Ints, stranger: Array) -> Ints:
    """Dates of birth: right, with day and month exchanged, a year off, or a stranger's."""
    n = len(birth)
    year, month, day = calendar(birth)
    draw = rng.random(n)
    swap = (draw < 0.05) & (day <= 12)
    text = [
        f"{y:04d}-{d:02d}-{m:02d}" if s else f"{y:04d}-{m:02d}-{d:02d}"
        for y, m, d, s in zip(year, month, day, swap, strict=True)
    ]
    out: Ints = np.array(text, dtype="datetime64[D]").astype(np.int64)
    out = np.where((draw > 0.95) & ~swap, out + rng.choice([-365, 365, 10], n), out)
    return np.where(stranger, birth + rng.integers(-3000, 3000, n), out)


def _number(rng: np.random.Generator, pid: str, stranger: bool, latin: bool) -> str:
    """The number on the list: mostly missing, else right, mistyped, or in the 15-digit form."""
    draw = rng.random()
    if stranger or draw < 0.55 or latin:
        return ""
    if draw < 0.75:
        return pid
    if draw < 0.9 or len(pid) != 18:
        return identity.slipped(rng, pid)
    return identity.old_number(pid) if pid[6:8] == "19" else pid
