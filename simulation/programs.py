"""The catalogue of subsidy items, with dated rates; which items there are, and their numbers, differ by world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from simulation._frame import Array, Ints
from simulation._streams import Streams
from simulation._traits import Traits


@dataclass(frozen=True, slots=True)
class Program:
    """One item. `key` says what it is in every world; `pid` is its number in this one. Money is in fen."""

    key: str
    name: str
    department: str
    category: str
    paid_per: str
    unit: str
    frequency: str
    rate: tuple[int, ...]
    """Yuan per unit and period by grade, before the world's level; one number where grades do not matter."""
    pid: str = ""
    means_tested: bool = False
    min_age: int = 0
    max_age: int = 0
    living_only: bool = False
    bars_payroll: bool = False
    exclusive: tuple[str, ...] = ()
    once: bool = False
    max_quantity: float = 0.0
    holding: str = ""
    certificate: str = ""
    max_grade: int = 0
    notice_days: int = 7
    limit_days: int = 30
    township_limit: int = 0
    """Yuan; 0 where a township decides nothing alone."""
    pay_months: tuple[int, ...] = ()
    """Months (1-12) of the yearly or one-off runs."""
    steps: tuple[tuple[int, float], ...] = ((0, 1.0),)
    """(first month counted from the start, factor on the rate); the first is in force before the start."""

    @property
    def land(self) -> bool:
        """Whether quantity comes from registered holdings."""
        return self.holding in ("arable", "forest", "grassland", "livestock")

    @property
    def span(self) -> int:
        """Months in one period."""
        return {"monthly": 1, "quarterly": 3}.get(self.frequency, 12)


_LIVING = {"living_only": True, "limit_days": 10}
_MEANS = {"means_tested": True, "bars_payroll": True, **_LIVING}
_CORE: tuple[Program, ...] = (
    Program("arable", "耕地地力保护补贴", "农业农村局", "land", "household", "mu", "annual", (85,), holding="arable"),
    Program("grazing_ban", "草原禁牧补助", "林业和草原局", "land", "household", "mu", "annual", (8,), holding="grassland", exclusive=("grass_balance",)),
    Program("grass_balance", "草畜平衡奖励", "林业和草原局", "land", "household", "mu", "annual", (3,), holding="grassland", exclusive=("grazing_ban",)),
    Program("forest", "退耕还林补助", "林业和草原局", "land", "household", "mu", "annual", (125,), holding="forest", certificate="forest_right"),
    Program("rural_dibao", "农村最低生活保障", "民政局", "living", "household", "person", "monthly", (245, 180, 125), exclusive=("urban_dibao", "extreme"), max_quantity=8, **_MEANS),
    Program("urban_dibao", "城市最低生活保障", "民政局", "living", "household", "person", "monthly", (400, 310), exclusive=("rural_dibao", "extreme"), max_quantity=8, **_MEANS),
    Program("extreme", "特困人员救助供养", "民政局", "living", "person", "month", "monthly", (500,), exclusive=("rural_dibao", "urban_dibao"), max_quantity=1, **_MEANS),
    Program("elder80", "高龄津贴(80-89周岁)", "民政局", "elderly", "person", "month", "quarterly", (25,), min_age=80, max_age=89, exclusive=("elder90",), notice_days=5, **(_LIVING | {"limit_days": 20})),
    Program("elder90", "高龄津贴(90周岁以上)", "民政局", "elderly", "person", "month", "quarterly", (100,), min_age=90, exclusive=("elder80",), notice_days=5, **(_LIVING | {"limit_days": 20})),
    Program("disabled_life", "困难残疾人生活补贴", "残疾人联合会", "disability", "person", "month", "monthly", (80,), certificate="disability", max_grade=4, max_quantity=1, **_MEANS),
    Program("disabled_care", "重度残疾人护理补贴", "残疾人联合会", "disability", "person", "month", "quarterly", (80, 50), certificate="disability", max_grade=2, **(_LIVING | {"limit_days": 20})),
    Program("housing", "农村危房改造补助", "住房和城乡建设局", "housing", "household", "item", "one_off", (7500, 12000, 18000), means_tested=True, bars_payroll=True, once=True, max_quantity=1, limit_days=60, pay_months=(4, 7, 10, 12)),
    Program("machine", "农机购置补贴", "农业农村局", "machine", "household", "item", "one_off", (380, 600, 1100, 2400, 5600, 13800), max_quantity=2, holding="machine", limit_days=60, pay_months=(3, 6, 9, 11)),
    Program("relief", "临时救助", "民政局", "relief", "household", "item", "one_off", (600, 1000, 1500, 2000, 3000), means_tested=True, max_quantity=1, notice_days=3, limit_days=10, township_limit=2000, pay_months=tuple(range(1, 13))),
)  # fmt: skip
_EXTRA: tuple[Program, ...] = (
    Program("family_plan", "农村计划生育家庭奖励扶助", "卫生健康局", "family", "person", "item", "annual", (960,), min_age=60, bars_payroll=True, max_quantity=1, living_only=True),
    Program("resettled", "大中型水库移民后期扶持", "移民工作局", "resettled", "person", "month", "quarterly", (50,), notice_days=7, **(_LIVING | {"limit_days": 20})),
    Program("grower", "种粮大户补贴", "农业农村局", "land", "household", "mu", "annual", (60,), holding="arable"),
    Program("temporary_post", "乡村公益性岗位补贴", "人力资源和社会保障局", "employment", "person", "month", "monthly", (300,), min_age=18, max_age=65, **_LIVING),
    Program("orphan", "孤儿基本生活费", "民政局", "children", "person", "month", "monthly", (700,), max_age=18, **_LIVING),
    Program("veteran", "优抚对象定期补助", "退役军人事务局", "veteran", "person", "month", "quarterly", (450,), certificate="veteran", **(_LIVING | {"limit_days": 20})),
    Program("livestock", "能繁母畜补贴", "农业农村局", "land", "household", "head", "annual", (90,), holding="livestock"),
    Program("study", "雨露计划助学补助", "乡村振兴局", "education", "person", "item", "annual", (3000,), min_age=14, max_age=25, means_tested=True, living_only=True, max_quantity=1),
)  # fmt: skip


def catalogue(seed: int, t: Traits, months: int) -> tuple[Program, ...]:
    """The items of this world, in the order of their numbers."""
    rng = Streams(seed)("programs")
    extra = rng.permutation(len(_EXTRA))[: int(rng.integers(1, 7))]
    items = [*_CORE, *(_EXTRA[i] for i in sorted(extra.tolist()))]
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
        item, frequency=frequency, pay_months=pay, rate=cast(tuple[int, ...], rates), steps=tuple(steps), township_limit=limit,
        notice_days=max(3, item.notice_days + int(rng.choice([-2, 0, 0, 3]))), limit_days=days,
        max_quantity=item.max_quantity * (3 if frequency == "quarterly" and item.unit == "month" else 1),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates of one county in fen: `table[program]` has shape (grades, townships, months)."""

    table: tuple[Ints, ...]
    rows: tuple[tuple[int, int, int, int, int, int], ...]
    """(program, township or -1, grade or 0, fen, first month or -1, last month or -1), months counted from the start."""

    def fen(self, program: int, grade: Ints, town: Ints, month: Ints) -> Ints:
        """Rate in fen; `grade` from 1 (0 counts as 1), `month` counted from the start and clipped to the years in view."""
        table = self.table[program]
        at = np.clip(month, 0, table.shape[2] - 1)
        return cast(Ints, table[np.clip(grade - 1, 0, table.shape[0] - 1), town, at])


def rates(streams: Streams, programs: tuple[Program, ...], stable_towns: Array, towns: int, months: int) -> Rates:
    """Dated rates; a few land items pay another rate in some townships (only where no merger moves them)."""
    rng = streams("rates")
    tables: list[Ints] = []
    rows: list[tuple[int, int, int, int, int, int]] = []
    for number, program in enumerate(programs):
        grades = len(program.rate)
        table = np.empty((grades, towns, months), dtype=np.int64)
        special = stable_towns[rng.random(len(stable_towns)) < 0.25] if program.land and rng.random() < 0.3 else stable_towns[:0]
        apart = float(rng.uniform(1.05, 1.3))
        for g in range(grades):
            for place, (month, factor) in enumerate(program.steps):
                until = program.steps[place + 1][0] if place + 1 < len(program.steps) else months
                fen = round(program.rate[g] * factor * 100)
                fen = fen // 500 * 500 if fen > 5000 else fen // 5 * 5
                table[g, :, month:until] = fen
                first, last = (-1 if place == 0 else month), (-1 if until >= months else until - 1)
                rows.append((number, -1, g + 1 if grades > 1 else 0, fen, first, last))
                for town in special.tolist():
                    more = round(fen * apart) // 5 * 5
                    table[g, town, month:until] = more
                    rows.append((number, town, g + 1 if grades > 1 else 0, more, first, last))
        tables.append(table)
    return Rates(tuple(tables), tuple(rows))
