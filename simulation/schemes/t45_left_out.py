"""T45: eligible and unpaid, dropped without reason, or paid below their grade: benefit owed, never a suspicion."""

from __future__ import annotations

import numpy as np

from simulation._clock import FAR
from simulation._county import County
from simulation._labels import DEPARTMENT, bits, number
from simulation._scheme import Scheme


def plan(c: County, rng: np.random.Generator) -> None:
    """People dropped for months and taken back; people on a lower grade than their certificate."""
    e, p = c.enrolments, c.people.persons
    regular = np.array([i.span < 12 for i in c.programs])[e["program"]]
    alive = p["death"][e["person"]] == FAR
    fit = regular & alive & (e["typ"] == 0) & (e["look"] == 0) & (e["first"] < 6) & (e["end"] > c.months)
    for row in c.pick(rng, fit, c.count(rng, "T45", 6)).tolist():  # unpaid: they leave no line, only the gap
        month = int(rng.integers(3, max(4, c.months - 2)))
        back = month + int(rng.integers(3, 12))
        e["end"][row] = month
        if back < c.months - 1:
            e.copy_rows(np.array([row]), first=back, end=10_000)
    e = c.enrolments
    care = c.program("disabled_care")
    under = (e["program"] == care) & (e["typ"] == 0) & (e["grade"] == 1) & (e["look"] == 0) & (e["end"] > c.months)
    for row in c.pick(rng, under, c.count(rng, "T45", 2)).tolist():
        e["grade"][row], e["typ"][row], e["ring"][row], e["role"][row] = 2, bits("T45"), c.ring(), DEPARTMENT
        e["marked_from"][row], e["marked_to"][row] = 0, 10_000
    declined = c.pick(
        rng,
        fit & (e["typ"][: len(fit)] == 0)
        if len(fit) == len(e)
        else (e["typ"] == 0) & (e["look"] == 0) & (e["end"] > c.months) & (e["grade"] == 2),
        c.count_look(rng, "T45", 22),
    )
    e["look"][declined] = number("T45")  # chose the lower amount, or declined a part
    e["marked_from"][declined], e["marked_to"][declined] = 0, 6


def pay(c: County, rng: np.random.Generator) -> None:
    """Whole lists of a village paid below the rate for some months."""
    f = c.payments
    for _ in range(c.count(rng, "T45", 1.0)):
        seed = c.pick(rng, c.free() & (f["fen"] > 4000) & np.array([i.span < 12 for i in c.programs])[f["program"]], 1)
        if not len(seed):
            return
        rows = np.flatnonzero(
            c.free()
            & (f["program"] == f["program"][seed[0]])
            & (f["village"] == f["village"][seed[0]])
            & (f["at"] >= f["at"][seed[0]])
        )
        rows = rows[: int(rng.integers(5, 22))]
        f["fen"][rows] = f["fen"][rows] * int(rng.integers(60, 90)) // 100
        c.mark(rows, "T45", c.ring(), -1, DEPARTMENT)


SCHEME = Scheme("T45", "left out or underpaid", plan=plan, pay=pay)
