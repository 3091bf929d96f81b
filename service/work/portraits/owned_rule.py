"""An item's rule in one sentence, for those who are paid by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from service.store import division_paths
from service.work.context import Context
from service.work.portraits.catalogue import Row, catalogue

FEW_GRADES: Final = 3
"""Up to so many rates are said one by one; of more the lowest and the highest."""

_HOLDING: Final = {
    "arable": ("确权（登记）的耕地面积", "registered arable land"),
    "forest": ("登记的林地面积", "registered forest"),
    "grassland": ("登记的草原面积", "registered grassland"),
    "livestock": ("登记的牲畜数量", "registered livestock"),
    "machine": ("购置的农机", "machines bought"),
}
_CERTIFICATE: Final = {
    "disability": ("持残疾人证", "with a disability certificate"),
    "veteran": ("持优抚（退役军人）证件", "with a veteran's certificate"),
    "forest_right": ("持林权证", "with a forest right certificate"),
    "single_parent": ("持单亲家庭证明", "with a single parent's certificate"),
    "other": ("持规定证件", "with the certificate it asks for"),
}
_UNIT: Final = {"mu": ("每亩", "mu"), "person": ("每人", "person"), "head": ("每头（只）", "head")}
_PERIOD: Final = {"monthly": ("每月", "month"), "quarterly": ("每季度", "quarter"), "annual": ("每年", "year")}
_PAID: Final = {
    "monthly": ("按月发放", "paid monthly"),
    "quarterly": ("按季度发放", "paid quarterly"),
    "annual": ("每年发放一次", "paid once a year"),
    "one_off": ("一次性发放", "paid once"),
}


def owned_rule(
    context: Context, program_id: str, *, division_code: str | None = None, at: dt.datetime | None = None
) -> tuple[str, str] | None:
    """The rule of an item in one sentence, Chinese and English: who it is for, the rate that holds at `at` (None: now)
    in a division, and how often. None for an item nobody registered.
    """
    moment = at or context.clock.now()
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    day = moment.astimezone(zone).date()
    with context.database.read() as connection:
        found = catalogue(context, connection)
        places = division_paths.upwards(connection, division_code) if division_code else []
    program = found.programs.get(program_id)
    if program is None:
        return None
    rates = found.rates_at(program_id, day, places)
    varies = not places and found.differs_by_place(program_id, day)
    return sentence(program, rates, varies)


def sentence(program: Row, rates: Sequence[Row], varies: bool = False) -> tuple[str, str]:
    """The sentence of a `programs` row and the `program_rates` rows that hold; `varies`: other places have others.

    >>> sentence(
    ...     {"name": "耕地地力保护补贴", "paid_per": "household", "quantity_unit": "mu", "frequency": "annual",
    ...      "holding_kind": "arable"},
    ...     [{"rate": Decimal("96.50")}],
    ... )[0]
    '耕地地力保护补贴：每亩每年 96.50 元，按确权（登记）的耕地面积计算，每年发放一次。'
    """
    who, rate = _who(program), _rate(program, rates, varies)
    measure = _HOLDING.get(program.get("holding_kind") or "")
    paid = _PAID[program["frequency"]]
    zh = [part for part in (who[0], rate[0], f"按{measure[0]}计算" if measure else "", paid[0]) if part]
    en = [part for part in (who[1], rate[1], f"by {measure[1]}" if measure else "", paid[1]) if part]
    return f"{program['name']}：{'，'.join(zh)}。", f"{program['name']}: {', '.join(en)}."


def _who(program: Row) -> tuple[str, str]:
    """Whom it is for: means, age, certificate; empty where the row says nothing of it."""
    zh: list[str] = []
    en: list[str] = []
    if program.get("means_tested"):
        zh.append("经济困难")
        en.append("in need")
    least, most = program.get("min_age"), program.get("max_age")
    if least is not None and most is not None:
        zh.append(f"{least}至{most}周岁")
        en.append(f"aged {least} to {most}")
    elif least is not None:
        zh.append(f"年满{least}周岁")
        en.append(f"aged {least} or over")
    elif most is not None:
        zh.append(f"{most}周岁及以下")
        en.append(f"aged {most} or under")
    kind, grade = program.get("certificate_kind"), program.get("max_grade")
    if kind:
        certificate = _CERTIFICATE.get(kind, _CERTIFICATE["other"])
        several = grade is not None and grade > 1
        zh.append(certificate[0] + (f"（{'一至' if several else ''}{_numeral(grade)}级）" if grade else ""))
        en.append(certificate[1] + (f" of grade {'1 to ' if several else ''}{grade}" if grade else ""))
    if not zh:
        return "", ""
    household = program["paid_per"] == "household"
    return (
        f"发给{'、'.join(zh)}的{'家庭' if household else '人员'}",
        f"for {'households' if household else 'people'} {' '.join(en)}",
    )


def _numeral(grade: int) -> str:
    """A grade as people write it."""
    return "一二三四五六七八九十"[grade - 1] if 1 <= grade <= 10 else str(grade)


def _per(program: Row) -> tuple[str, str]:
    """What one rate is paid for."""
    unit, period = program["quantity_unit"], program["frequency"]
    when = ("每月", "month") if unit == "month" else _PERIOD.get(period)
    what = _UNIT.get(unit)
    if what is None:
        return (when[0], f"a {when[1]}") if when else ("每项", "an item")
    return (f"{what[0]}{when[0]}", f"per {what[1]} and {when[1]}") if when else (what[0], f"per {what[1]}")


def _rate(program: Row, rates: Sequence[Row], varies: bool) -> tuple[str, str]:
    """What is paid for a unit and period."""
    if not rates:
        if varies:
            return "标准因地而异", "the rate differs from place to place"
        return "金额按当地标准逐户核定", "the amount is set case by case"
    sums = sorted({Decimal(rate["rate"]) for rate in rates})
    grades = [rate.get("grade") for rate in rates]
    if len(sums) == 1:
        zh, en = f"{sums[0]:,.2f} 元", f"{sums[0]:,.2f} yuan"
    elif len(rates) <= FEW_GRADES and None not in grades:
        told = [(int(rate["grade"]), Decimal(rate["rate"])) for rate in rates]
        zh = "、".join(f"{_numeral(grade)}级（档）{rate:,.2f} 元" for grade, rate in told)
        en = ", ".join(f"grade {grade}: {rate:,.2f} yuan" for grade, rate in told)
    else:
        zh = f"按等级（档次）{sums[0]:,.2f} 至 {sums[-1]:,.2f} 元"
        en = f"{sums[0]:,.2f} to {sums[-1]:,.2f} yuan by grade"
    per = _per(program)
    other = ("（部分地方标准不同）", " (some places have another rate)") if varies else ("", "")
    return f"{per[0]}{' ' if len(sums) == 1 else ''}{zh}{other[0]}", f"{en} {per[1]}{other[1]}"
