"""Why a value is refused, in words, and how it is shown without giving anybody away."""

from __future__ import annotations

import datetime
import re
from typing import Final, NamedTuple

from features.contract import Column, Table
from features.intake.report import QuarantinedRow

PERSONAL_ENTITIES: Final = frozenset({"person", "card", "phone", "name", "household", "event_value"})
"""Identifier spaces whose values are never shown."""

_EXPECTED: Final[dict[str, tuple[str, str]]] = {
    "id": ("an identifier of 1 to 64 characters", "1至64个字符的标识"),
    "text": ("text in UTF-8", "UTF-8文本"),
    "date": ("a date that exists, as YYYY-MM-DD", "真实存在的日期，格式YYYY-MM-DD"),
    "ts": (
        "a moment that exists, ISO 8601 with an offset, such as 2019-09-01T09:30:00+08:00",
        "真实存在的时刻，ISO 8601并带时区，如2019-09-01T09:30:00+08:00",
    ),
    "money": ("yuan with exactly two decimals, such as 396.85", "金额（元），恰好两位小数，如396.85"),
    "number": ("a plain number, such as 2.5", "普通数字，如2.5"),
    "int": ("a whole number", "整数"),
    "bool": ("true or false", "true或false"),
    "list": ("identifiers joined by |", "以|连接的标识"),
    "period": ("a period such as 2019, 2019Q1 or 2019-07", "期间，如2019、2019Q1或2019-07"),
}


class Reason(NamedTuple):
    """Code and detail of a refusal, in English and Chinese."""

    code: str
    detail: str
    detail_zh: str


def expected(column: Column) -> tuple[str, str]:
    """What a value of this column should look like, in English and Chinese."""
    if column.type == "enum":
        values = ", ".join(column.values)
        return f"one of {values}", f"以下之一：{values}"
    return _EXPECTED[column.type]


def mask(column: Column, value: str) -> str:
    """The value as it may be shown: personal identifiers as a length, digits of birth dates as 9, names cut.

    A shifted row can put anything anywhere, so runs of five digits and more, and all but the first of Chinese
    characters, are hidden in every column.

    >>> mask(Column("amount", "money"), "1,396.85")
    '1,396.85'
    >>> mask(Column("sex", "enum", values=("M", "F")), "刘学福")
    '刘□□'
    >>> mask(Column("person_id", "id", entity="person"), "519921195303041232")
    '(18 characters)'
    >>> mask(Column("birth_date", "date"), "1950/3/4")
    '9999/9/9'
    """
    if column.entity in PERSONAL_ENTITIES or column.name == "id_number" or column.type == "text":
        return f"({len(value)} characters)"
    if column.name == "birth_date":
        value = re.sub(r"\d", "9", value)
    elif column.type not in {"ts", "date"} or len(value) > 40:
        value = re.sub(r"\d{5,}", lambda m: f"({len(m[0])} digits)", value)
    else:
        value = re.sub(r"\d{9,}", lambda m: f"({len(m[0])} digits)", value)
    shown = ""
    seen = False
    for character in value[:60]:
        is_han = "\u2e80" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or character >= "\U00020000"
        shown += "□" if is_han and seen else character if character.isprintable() else "�"
        seen = seen or is_han
    return shown + (f"… ({len(value)} characters)" if len(value) > 60 else "")


def why(column: Column, value: str | None) -> Reason:
    """Why `value` (null where None) is no value of `column`. The value is known to be refused.

    >>> why(Column("amount", "money", True), "396.855").detail
    'money with three decimals'
    """
    if value is None:
        return Reason("missing", f"{column.name} is required", f"必填项{column.name}为空")
    if column.type == "enum":
        near = value.strip().lower() in {v.lower() for v in column.values}
        hint = " (enums are case-sensitive and take no blanks)" if near else ""
        return Reason("bad_enum", column.name + hint, column.name + ("（区分大小写，不留空格）" if near else ""))
    if "\0" in value and column.type in ("id", "text"):
        return Reason("bad_type", f"{column.type} with a zero byte", "含有零字节")
    detail = {"money": _money, "date": _date, "ts": _ts, "id": _id}.get(column.type)
    english, chinese = detail(value) if detail else (column.type, f"不是{_EXPECTED[column.type][1]}")
    return Reason("bad_type", english, chinese)


def refuse(
    table: Table, file: str, line: int, column: Column | None, reason: Reason, found: str, expect: tuple[str, str]
) -> QuarantinedRow:
    """Put a refusal together; `found` must be masked already."""
    return QuarantinedRow(
        table=table.name,
        file=file,
        line=line,
        column=column.name if column else "",
        reason=f"{reason.code}: {reason.detail}",
        found=found,
        expected=expect[0],
        reason_zh=reason.detail_zh,
        expected_zh=expect[1],
    )


_COUNT: Final = {0: ("no", "没有"), 1: ("one", "一位"), 3: ("three", "三位")}


def _money(value: str) -> tuple[str, str]:
    """What is wrong with an amount."""
    if re.search("[\uff10-\uff19\uff0e]", value):
        return "full-width digits in money", "金额含全角数字"
    if re.search(r"[¥￥$€元]", value) and re.search(r"\d", value):
        return "currency sign in money", "金额含货币符号"
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", value):
        return "money with thousands separator", "金额含千分位逗号"
    if re.fullmatch(r"[+-]?[\d.]+[eE][+-]?\d+", value):
        return "money in exponent form", "金额为科学记数法"
    if found := re.fullmatch(r"-?\d+\.?(\d*)", value):
        places = len(found[1])
        if places == 2:
            return "money with more than 16 digits before the point", "金额整数部分超过16位"
        english, chinese = _COUNT.get(places, (str(places), f"{places}位"))
        return f"money with {english} decimal{'' if places == 1 else 's'}", f"金额{chinese}小数"
    return "money", "不是金额"


def _date(value: str) -> tuple[str, str]:
    """What is wrong with a date."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return "date, no such day, or a year before 1000", "日期不存在，或年份早于1000年"
    return "date", "不是YYYY-MM-DD格式的日期"


def _ts(value: str) -> tuple[str, str]:
    """What is wrong with a moment."""
    if re.fullmatch(r"\d{4,5}(\.\d+)?", value):
        return "ts (spreadsheet serial)", "时刻为电子表格序号"
    parts = re.fullmatch(r"(\d{4}-\d\d-\d\d)([T ])?(\d\d:\d\d(?::\d\d)?(?:\.\d+)?)?(Z|[+-]\d\d:?(?:\d\d)?)?", value)
    if parts is None:
        return "ts", "不是ISO 8601时刻"
    day, letter, clock, offset = parts.groups()
    if clock is None:
        return "ts without a time of day", "时刻没有时间部分"
    if letter != "T":
        return "ts without the letter T between day and time", "日期与时间之间应为字母T"
    if offset is None:
        return "ts without offset", "时刻没有时区"
    if len(clock.partition(".")[2]) > 6:
        return "ts finer than a microsecond", "时刻精度超过微秒"
    if clock > "23:59:59.999999" or not re.fullmatch(r"\d\d:[0-5]\d(:[0-5]\d(\.\d+)?)?", clock):
        return "ts, no such hour", "时间不存在"
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        return "ts, no such day", "日期不存在"
    return "ts, no such offset, or a year before 1000", "时区不存在，或年份早于1000年"


def _id(value: str) -> tuple[str, str]:
    """What is wrong with an identifier."""
    return "id longer than 64 characters", "标识超过64个字符"
