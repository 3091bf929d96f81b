"""The catalogue of subsidy items, with dated rates; which items there are, and their numbers, differ by world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from simulation._frame import Array, Ints
from simulation._items import CORE, EXTRA, Program
from simulation._streams import Streams
from simulation._traits import Traits


def catalogue(seed: int, t: Traits, months: int) -> tuple[Program, ...]:
    """The items of this world, in the order of their numbers."""
    rng = Streams(seed)("programs")
    extra = rng.permutation(len(EXTRA))[: int(rng.integers(1, 7))]
    items = [*CORE, *(EXTRA[i] for i in sorted(extra.tolist()))]
    if t.tenant % 3 == 1:
        items = [items[i] for i in rng.permutation(len(items)).tolist()]
    forms = ("P{:02d}", "BT{:03d}", "SC-{:02d}", "{:04d}")
    form = "HELP-{:02d}" if t.profile == "other_country" else forms[t.tenant // 7 % len(forms)]
    step, offset = (1, 1) if t.tenant % 2 else (int(rng.integers(2, 9)), int(rng.integers(10, 60)))
    out = []
    for place, item in enumerate(items):
        pid = form.format(offset + step * place)
        name = f"Scheme {place + 1}: {item.key}" if t.profile == "other_country" else item.name
        department = f"Office of {item.category}" if t.profile == "other_country" else item.department
        out.append(_drawn(rng, replace(item, pid=pid, name=name, department=department), t, months))
    return tuple(out)


def _drawn(rng: np.random.Generator, item: Program, t: Traits, months: int) -> Program:
    """The item with this world's frequency, calendar, limits and rates."""
    frequency = item.frequency
    if frequency == "quarterly" and item.key not in ("resettled", "elder80") and rng.random() < 0.12:
        frequency = "monthly"
    if item.key in ("disabled_life", "temporary_post") and rng.random() < 0.35:
        frequency = "quarterly"
    pay = item.pay_months
    if frequency == "annual":
        late = int(rng.integers(3, 12))
        pay = (late,) if rng.random() < 0.6 else (late, min(12, late + 2))
    level = t.amount * float(rng.uniform(0.9, 1.1))
    rate = tuple(round(r * level, -2 if r > 900 else 0) if r > 20 else round(r * level, 1) for r in item.rate)
    steps: list[tuple[int, float]] = [(0, 1.0)]
    if frequency != "one_off" and rng.random() < 0.65:
        factor = 1.0
        for month in sorted(rng.integers(1, max(2, months), int(rng.integers(1, 4))).tolist()):
            factor *= float(rng.uniform(1.02, 1.15))
            at = month if frequency in ("monthly", "quarterly") and rng.random() < 0.5 else month // 12 * 12
            if at > steps[-1][0]:
                steps.append((at, factor))
    limit = item.township_limit and int(rng.choice([1500, 2000, 3000]))
    rates = tuple(max(1, r) for r in rate)
    if item.key == "relief":
        rates = tuple(sorted({*(min(r, limit + 1000) for r in rates), *((limit,) if rng.random() < 0.5 else ())}))
    days = item.limit_days + int(rng.integers(-2, 12))
    return replace(
        item,
        frequency=frequency,
        pay_months=pay,
        rate=cast(tuple[int, ...], rates),
        steps=tuple(steps),
        township_limit=limit,
        notice_days=max(3, item.notice_days + int(rng.choice([-2, 0, 0, 3]))),
        limit_days=days,
        by_case=item.key == "relief" and t.tenant % 4 > 0,
        max_quantity=item.max_quantity * (3 if frequency == "quarterly" and item.unit == "month" else 1),
    )


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates of one county in fen: `table[program]` has shape (grades, townships, months)."""

    table: tuple[Ints, ...]
    rows: tuple[tuple[int, int, int, int, int, int], ...]
    """(program, township or -1, grade or 0, fen, first and last month or -1), months counted from the start."""

    def fen(self, program: int, grade: Ints, town: Ints, month: Ints) -> Ints:
        """Rate in fen; `grade` from 1 (0 counts as 1), `month` from the start and clipped to the years in view."""
        table = self.table[program]
        at = np.clip(month, 0, table.shape[2] - 1)
        return table[np.clip(grade - 1, 0, table.shape[0] - 1), town, at]


def rates(streams: Streams, programs: tuple[Program, ...], stable_towns: Array, towns: int, months: int) -> Rates:
    """Dated rates; a few land items pay another rate in some townships (only where no merger moves them)."""
    rng = streams("rates")
    tables: list[Ints] = []
    rows: list[tuple[int, int, int, int, int, int]] = []
    for number, program in enumerate(programs):
        listed = not program.by_case
        grades = len(program.rate)
        table = np.empty((grades, towns, months), dtype=np.int64)
        special = (
            stable_towns[rng.random(len(stable_towns)) < 0.25]
            if program.land and rng.random() < 0.3
            else stable_towns[:0]
        )
        apart = float(rng.uniform(1.05, 1.3))
        for g in range(grades):
            for place, (month, factor) in enumerate(program.steps):
                until = program.steps[place + 1][0] if place + 1 < len(program.steps) else months
                fen = round(program.rate[g] * factor * 100)
                fen = fen // 500 * 500 if fen > 5000 else fen // 5 * 5
                table[g, :, month:until] = fen
                first, last = (-1 if place == 0 else month), (-1 if until >= months else until - 1)
                if listed:
                    rows.append((number, -1, g + 1 if grades > 1 else 0, fen, first, last))
                for town in special.tolist():
                    more = round(fen * apart) // 5 * 5
                    table[g, town, month:until] = more
                    rows.append((number, town, g + 1 if grades > 1 else 0, more, first, last))
        tables.append(table)
    return Rates(tuple(tables), tuple(rows))
