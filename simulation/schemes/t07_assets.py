"""T07: a new house, car or firm against the means test; beside it, scrapped and adapted cars, firms closed long ago."""

from __future__ import annotations

import numpy as np

from simulation._clock import FAR, first_day
from simulation._county import County
from simulation._labels import HOUSEHOLD, bits
from simulation._scheme import Scheme
from simulation.schemes import _acts
from simulation.vital import COMPANY, HOUSE, VEHICLE

_SOURCE = {COMPANY: "market_supervision", HOUSE: "housing_register", VEHICLE: "vehicle_office"}


def plan(c: County, rng: np.random.Generator) -> None:
    """Supported households that bought something they should have told, and honest ones that look like it."""
    e = c.enrolments
    means = np.array([i.means_tested and i.frequency != "one_off" for i in c.programs])[e["program"]]
    fit = means & (e["typ"] == 0) & (e["look"] == 0) & (e["end"] > 6)
    rows = c.pick(rng, fit, c.count(rng, "T07", 4))
    for row in rows.tolist():
        skill = c.skill(rng)
        month = int(rng.integers(max(0, int(e["first"][row])), max(1, int(e["first"][row]) + 1, c.months - 6)))
        kind = int(rng.choice([COMPANY, HOUSE, VEHICLE]))
        owner = _owner(c, rng, int(e["household"][row]))
        _acts.event(
            c,
            rng,
            owner,
            kind,
            first_day(c.start + month) + rng.integers(0, 28, 1),
            _SOURCE[kind],
            (12, 40, 150)[skill],
        )
        for name, value in (("typ", bits("T07")), ("ring", c.ring()), ("role", HOUSEHOLD), ("marked_from", month + 1)):
            e[name][row] = value
        e["marked_to"][row] = 10_000
        e["end"][row] = min(int(e["end"][row]), month + int(rng.integers(4, 12)))
    for row in c.pick(rng, fit & (e["typ"] == 0), c.count_look(rng, "T07", 10)).tolist():
        owner = _owner(c, rng, int(e["household"][row]))
        begin = int(first_day(c.start + max(0, int(e["first"][row]))))
        way = rng.random()
        if way < 0.4:
            _acts.event(
                c,
                rng,
                owner,
                COMPANY,
                np.array([begin - int(rng.integers(3000, 6500))]),
                "market_supervision_closed",
                40,
            )
        elif way < 0.75:
            _acts.event(
                c, rng, owner, VEHICLE, np.array([begin - int(rng.integers(3600, 6000))]), "vehicle_office_scrapped", 40
            )
        else:
            _acts.event(
                c, rng, owner, VEHICLE, np.array([begin - int(rng.integers(0, 500))]), "vehicle_office_adapted", 40
            )
        e["look"][row] = 7


def _owner(c: County, rng: np.random.Generator, home: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    p = c.people.persons
    adults = np.flatnonzero((p["household"] == home) & (p["birth"] < c.first - 20 * 365) & (p["death"] == FAR))
    if not len(adults):
        adults = np.flatnonzero(p["household"] == home)
    return rng.choice(adults, 1)


SCHEME = Scheme("T07", "assets contradict the means test", plan=plan)
