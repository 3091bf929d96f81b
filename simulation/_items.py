"""The items a world may have, before its own numbers, limits and rates are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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
    by_case: bool = False
    """Amounts are decided case by case; no rate is published."""
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


_LIVING: dict[str, Any] = {"living_only": True, "limit_days": 10}
_MEANS: dict[str, Any] = {"means_tested": True, "bars_payroll": True, **_LIVING}
CORE: tuple[Program, ...] = (
    Program("arable", "耕地地力保护补贴", "农业农村局", "land", "household", "mu", "annual", (85,), holding="arable"),
    Program(
        "grazing_ban",
        "草原禁牧补助",
        "林业和草原局",
        "land",
        "household",
        "mu",
        "annual",
        (8,),
        holding="grassland",
        exclusive=("grass_balance",),
    ),
    Program(
        "grass_balance",
        "草畜平衡奖励",
        "林业和草原局",
        "land",
        "household",
        "mu",
        "annual",
        (3,),
        holding="grassland",
        exclusive=("grazing_ban",),
    ),
    Program(
        "forest",
        "退耕还林补助",
        "林业和草原局",
        "land",
        "household",
        "mu",
        "annual",
        (125,),
        holding="forest",
        certificate="forest_right",
    ),
    Program(
        "rural_dibao",
        "农村最低生活保障",
        "民政局",
        "living",
        "household",
        "person",
        "monthly",
        (245, 180, 125),
        exclusive=("urban_dibao", "extreme"),
        max_quantity=8,
        **_MEANS,
    ),
    Program(
        "urban_dibao",
        "城市最低生活保障",
        "民政局",
        "living",
        "household",
        "person",
        "monthly",
        (400, 310),
        exclusive=("rural_dibao", "extreme"),
        max_quantity=8,
        **_MEANS,
    ),
    Program(
        "extreme",
        "特困人员救助供养",
        "民政局",
        "living",
        "person",
        "month",
        "monthly",
        (500,),
        exclusive=("rural_dibao", "urban_dibao"),
        max_quantity=1,
        **_MEANS,
    ),
    Program(
        "elder80",
        "高龄津贴(80-89周岁)",
        "民政局",
        "elderly",
        "person",
        "month",
        "quarterly",
        (25,),
        min_age=80,
        max_age=89,
        exclusive=("elder90",),
        notice_days=5,
        **(_LIVING | {"limit_days": 20}),
    ),
    Program(
        "elder90",
        "高龄津贴(90周岁以上)",
        "民政局",
        "elderly",
        "person",
        "month",
        "quarterly",
        (100,),
        min_age=90,
        exclusive=("elder80",),
        notice_days=5,
        **(_LIVING | {"limit_days": 20}),
    ),
    Program(
        "disabled_life",
        "困难残疾人生活补贴",
        "残疾人联合会",
        "disability",
        "person",
        "month",
        "monthly",
        (80,),
        certificate="disability",
        max_grade=4,
        max_quantity=1,
        **_MEANS,
    ),
    Program(
        "disabled_care",
        "重度残疾人护理补贴",
        "残疾人联合会",
        "disability",
        "person",
        "month",
        "quarterly",
        (80, 50),
        certificate="disability",
        max_grade=2,
        **(_LIVING | {"limit_days": 20}),
    ),
    Program(
        "housing",
        "农村危房改造补助",
        "住房和城乡建设局",
        "housing",
        "household",
        "item",
        "one_off",
        (7500, 12000, 18000),
        means_tested=True,
        bars_payroll=True,
        once=True,
        max_quantity=1,
        limit_days=60,
        pay_months=(4, 7, 10, 12),
    ),
    Program(
        "machine",
        "农机购置补贴",
        "农业农村局",
        "machine",
        "household",
        "item",
        "one_off",
        (380, 600, 1100, 2400, 5600, 13800),
        max_quantity=2,
        holding="machine",
        limit_days=60,
        pay_months=(3, 6, 9, 11),
    ),
    Program(
        "relief",
        "临时救助",
        "民政局",
        "relief",
        "household",
        "item",
        "one_off",
        (600, 1000, 1500, 2000, 3000),
        means_tested=True,
        max_quantity=1,
        notice_days=3,
        limit_days=10,
        township_limit=2000,
        pay_months=tuple(range(1, 13)),
    ),
)
EXTRA: tuple[Program, ...] = (
    Program(
        "family_plan",
        "农村计划生育家庭奖励扶助",
        "卫生健康局",
        "family",
        "person",
        "item",
        "annual",
        (960,),
        min_age=60,
        bars_payroll=True,
        max_quantity=1,
        living_only=True,
    ),
    Program(
        "resettled",
        "大中型水库移民后期扶持",
        "移民工作局",
        "resettled",
        "person",
        "month",
        "quarterly",
        (50,),
        notice_days=7,
        **(_LIVING | {"limit_days": 20}),
    ),
    Program("grower", "种粮大户补贴", "农业农村局", "land", "household", "mu", "annual", (60,), holding="arable"),
    Program(
        "temporary_post",
        "乡村公益性岗位补贴",
        "人力资源和社会保障局",
        "employment",
        "person",
        "month",
        "monthly",
        (300,),
        min_age=18,
        max_age=65,
        **_LIVING,
    ),
    Program(
        "orphan", "孤儿基本生活费", "民政局", "children", "person", "month", "monthly", (700,), max_age=18, **_LIVING
    ),
    Program(
        "veteran",
        "优抚对象定期补助",
        "退役军人事务局",
        "veteran",
        "person",
        "month",
        "quarterly",
        (450,),
        certificate="veteran",
        **(_LIVING | {"limit_days": 20}),
    ),
    Program(
        "livestock", "能繁母畜补贴", "农业农村局", "land", "household", "head", "annual", (90,), holding="livestock"
    ),
    Program(
        "study",
        "雨露计划助学补助",
        "乡村振兴局",
        "education",
        "person",
        "item",
        "annual",
        (3000,),
        min_age=14,
        max_age=25,
        means_tested=True,
        living_only=True,
        max_quantity=1,
    ),
)
