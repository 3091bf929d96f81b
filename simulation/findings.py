"""What investigators looked at and concluded: few payments, selected in different ways, some conclusions wrong."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, office_hours
from simulation._county import County
from simulation._frame import Array, Frame, Ints
from simulation._labels import CODES, DATA_ERROR, DEPARTMENT, HOUSEHOLD, OFFICIAL

OUTCOMES = ("confirmed", "cleared", "error")
CONFIRMED, CLEARED, ERROR = range(3)
SELECTED = ("score", "rule", "complaint", "random", "audit")


def frame() -> Frame:
    """Findings by payment; `typology` from 1 (0 none)."""
    return Frame(payment=-1, outcome=0, typology=0, role=0, at=0, selected=0)


def conclude(c: County) -> Frame:
    """Findings on about `looked_at` of the payments; some kinds of irregularity are never found."""
    rng = c.streams("findings")
    out = frame()
    f = c.payments
    live = np.flatnonzero(~f["drop"])
    month = c.payment_month()
    total = round(len(live) * c.traits.looked_at)
    blind = rng.random(len(CODES)) > 0.75
    first_code = _leading(f["typ"])
    seen = (f["typ"] > 0) & ~f["drop"] & ~blind[np.maximum(first_code - 1, 0)]
    found_rings = np.unique(f["ring"][seen])
    found_rings = found_rings[rng.random(len(found_rings)) < c.traits.found]
    early = month < c.months * 0.72
    true_rows = np.flatnonzero(seen & np.isin(f["ring"], found_rings) & (early | (rng.random(len(f)) < 0.25)))
    true_rows = true_rows[rng.random(len(true_rows)) < 0.7]
    looks = np.flatnonzero((f["look"] > 0) & ~f["drop"] & (early | (rng.random(len(f)) < 0.3)))
    errors = np.flatnonzero((f["role"] == DATA_ERROR) & (f["typ"] == 0) & ~f["drop"])
    plain = live[(f["typ"][live] == 0) & (f["look"][live] == 0)]
    rest = max(0, total - len(true_rows))
    parts = (
        (true_rows, (0.3, 0.35, 0.15, 0.03, 0.17)),
        (rng.permutation(looks)[: round(rest * 0.38)], (0.42, 0.46, 0.06, 0.02, 0.04)),
        (rng.permutation(errors)[: round(rest * 0.09)], (0.2, 0.65, 0.05, 0.05, 0.05)),
        (rng.permutation(plain)[: round(rest * (0.53 - c.traits.sampled))], (0.55, 0.2, 0.2, 0.0, 0.05)),
        (rng.permutation(live)[: round(rest * c.traits.sampled)], (0.0, 0.0, 0.0, 1.0, 0.0)),
    )
    done: set[int] = set()
    for rows, mix in parts:
        rows = np.array([r for r in rows.tolist() if r not in done], dtype=np.int64)
        done.update(rows.tolist())
        _decide(c, rng, out, rows, np.array(mix))
    return out


def _leading(marks: Array) -> Ints:
    """Number of the first typology in each set, 0 for none."""
    out = np.zeros(len(marks), dtype=np.int64)
    for i in range(len(CODES) - 1, -1, -1):
        out[(marks & (1 << i)) != 0] = i + 1
    return out


def _any_of(rng: np.random.Generator, marks: Array) -> Ints:
    """One typology of each set, at random, 0 for none."""
    out = np.zeros(len(marks), dtype=np.int64)
    best = np.zeros(len(marks))
    for i in range(len(CODES)):
        chance = np.where((marks & (1 << i)) != 0, rng.random(len(marks)), 0.0)
        out[chance > best] = i + 1
        best = np.maximum(best, chance)
    return out


def _decide(c: County, rng: np.random.Generator, out: Frame, rows: Ints, mix: Array) -> None:
    f, n = c.payments, len(rows)
    day = f["at"][rows] // DAY + 14 + rng.gamma(2.0, 45, n).astype(np.int64)
    truth = np.where(f["typ"][rows] != 0, CONFIRMED, np.where(f["role"][rows] == DATA_ERROR, ERROR, CLEARED))
    wrong = rng.random(n) < c.traits.wrong
    flip = np.where(
        truth == CONFIRMED,
        rng.choice([CLEARED, ERROR], n, p=(0.7, 0.3)),
        np.where(rng.random(n) < 0.25, CONFIRMED, ERROR),
    )
    flip = np.where((truth == ERROR), CLEARED, flip)
    plain = (truth == CLEARED) & (f["look"][rows] == 0)
    wrong &= ~plain | (rng.random(n) < 0.15)
    outcome = np.where(wrong, flip, truth)
    code = np.where(f["typ"][rows] != 0, _any_of(rng, f["typ"][rows]), f["look"][rows])
    code = np.where((outcome == CLEARED) & (rng.random(n) < 0.6), 0, code)
    code = np.where((outcome == CONFIRMED) & (code == 0), 1 + rng.integers(0, len(CODES), n), code)
    role = np.where(
        outcome == CONFIRMED,
        np.where((f["role"][rows] > 0) & (f["role"][rows] < DATA_ERROR), f["role"][rows], HOUSEHOLD),
        0,
    )
    stray = (outcome == CONFIRMED) & (rng.random(n) < 0.05)
    role = np.where(stray, rng.choice([OFFICIAL, HOUSEHOLD, DEPARTMENT], n), role)
    ok = day < c.last + 90
    out.add(
        int(ok.sum()),
        payment=rows[ok],
        outcome=outcome[ok],
        typology=code[ok],
        role=role[ok],
        at=office_hours(rng, day)[ok],
        selected=rng.choice(5, n, p=mix / mix.sum())[ok],
    )
