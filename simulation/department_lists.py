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
    latin = c.traits.profile == "other_country"
    birth = np.where(stranger, p["birth"][person] + rng.integers(-3000, 3000, n), _birth(rng, p["birth"][person]))
    # A stranger lives somewhere else, with a telephone of their own; three in ten bear the name of somebody here.
    home = c.people.households["village"][p["household"][person]]
    home = np.where(stranger, rng.integers(0, c.places.villages, n), home)
    phone = np.where(stranger, 16_000_000_000 + rng.integers(0, 900_000_000, n), p["phone"][person])
    name = np.where(stranger & (rng.random(n) > 0.3), _other_names(rng, p, known, n, latin), p["name"][person])
    name = _as_typed(rng, name, latin)
    others = identity.numbers(
        rng, np.full(n, c.places.county), birth, p["female"][person], set(map(int, _bodies(p["pid"])))
    )
    number = np.array(
        [
            "" if latin else _number(rng, str(other if s else own))
            for own, other, s in zip(p["pid"][person], others, stranger, strict=True)
        ],
        dtype=object,
    )
    out.add(
        n,
        source=np.array(_SOURCES, dtype=object)[which],
        kind=np.array(_KIND_OF)[which],
        name=np.where(rng.random(n) < 0.015, "", name),
        sex=np.where(
            rng.random(n) < 0.85, np.where(rng.random(n) < 0.005, ~p["female"][person], p["female"][person]), -1
        ).astype(np.int64),
        birth=np.where(rng.random(n) < 0.88, birth, FAR),
        number=number,
        phone=np.where(rng.random(n) < 0.35, phone, 0),
        village=np.where(rng.random(n) < 0.75, home, -1),
        address=_addresses(c, rng, home, latin),
        day=day,
        recorded=recorded,
        person=np.where(stranger, -1, person),
    )
    keep = out["recorded"] < (c.last + 90) * 86_400
    out.keep(keep)
    return out


def _birth(rng: np.random.Generator, birth: Ints) -> Ints:
    """Dates of birth: mostly right, else day and month exchanged, a year or day off, or the lunar date of that day."""
    n = len(birth)
    year, month, day = calendar(birth)
    draw = rng.random(n)
    swap = (draw < 0.02) & (day <= 12)
    text = [
        f"{y:04d}-{d:02d}-{m:02d}" if s else f"{y:04d}-{m:02d}-{d:02d}"
        for y, m, d, s in zip(year, month, day, swap, strict=True)
    ]
    out: Ints = np.array(text, dtype="datetime64[D]").astype(np.int64)
    out = np.where((draw > 0.98) & ~swap, out + rng.choice([-365, 365, 10], n), out)
    out = np.where((draw > 0.95) & (draw <= 0.98), out + rng.choice([-1, 1], n), out)
    return np.where((draw > 0.93) & (draw <= 0.95), out - rng.integers(20, 51, n), out)


def _other_names(rng: np.random.Generator, p: Frame, known: Ints, n: int, latin: bool) -> Array:
    """Names put together from two people's: they sound like the county and may or may not exist in it."""
    first, second = p["name"][rng.choice(known, n)], p["name"][rng.choice(known, n)]
    if latin:
        return np.array([f"{a.split(' ')[0]} {b.split(' ')[-1]}" for a, b in zip(first, second, strict=True)], object)
    return np.array([str(a)[:1] + str(b)[1:] for a, b in zip(first, second, strict=True)], dtype=object)


def _as_typed(rng: np.random.Generator, name: Array, latin: bool) -> Array:
    """Names as a clerk leaves them: some misspelt, long ones with a dot between their parts."""
    draw = rng.random(len(name))
    shown = np.where(draw < 0.05, names.misspelt(rng, name), name)
    if latin:
        return shown
    return np.array(
        [f"{t[:2]}·{t[2:]}" if len(t) >= 4 and d > 0.6 else t for t, d in zip(shown, draw, strict=True)], dtype=object
    )


def _bodies(pids: Array) -> list[str]:
    """The first 17 digits of every identity number."""
    return [pid[:17] for pid in pids if len(pid) == 18 and pid[:17].isdigit()]


def _addresses(c: County, rng: np.random.Generator, home: Ints, latin: bool) -> Array:
    """The village by name and a group in it; missing for a third."""
    named = dict(zip(c.places.rows["code"], c.places.rows["name"], strict=True))
    return np.array(
        [
            ""
            if r < 0.34
            else named[c.places.code_before[v]] + (f", {int(r * 90) % 9 + 1}" if latin else f"{int(r * 90) % 9 + 1}组")
            for r, v in zip(rng.random(len(home)).tolist(), home.tolist(), strict=True)
        ],
        dtype=object,
    )


def _number(rng: np.random.Generator, pid: str) -> str:
    """The number on the list: often missing, else right, mistyped, in the 15-digit form, or typed in odd ways."""
    draw = rng.random()
    if draw < 0.42:
        return ""
    if draw < 0.72 or len(pid) != 18:
        return pid
    if draw < 0.8:
        return identity.slipped(rng, pid)
    if draw < 0.83:
        at = int(rng.integers(6, 16))
        return pid[:at] + pid[at + 1] + pid[at] + pid[at + 2 :]
    if draw < 0.87:
        return pid.translate({ord("0") + d: 0xFF10 + d for d in range(10)})
    if draw < 0.9:
        return f"{pid[:6]} {pid[6:14]} {pid[14:]}".lower()
    return identity.old_number(pid) if pid[6:8] == "19" else pid
