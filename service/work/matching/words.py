"""What fields and levels of a comparison are called on a screen, (Chinese, English)."""

from __future__ import annotations

from typing import Final

Pair = tuple[str, str]

FIELDS: Final[dict[str, Pair]] = {
    "resident_number": ("身份证号", "Identity number"),
    "name": ("姓名", "Name"),
    "word": ("姓名", "Name"),
    "date": ("出生日期", "Date of birth"),
    "category": ("性别", "Sex"),
    "division": ("住址", "Place"),
    "phone": ("电话", "Phone"),
    "age": ("事发时的年龄", "Age when it happened"),
    "event_day": ("死亡日期", "Day of death"),
}
"""Fields by their kind; others are called as the policy names them."""

LEVELS: Final[dict[str, Pair]] = {
    "unknown": ("有一方未填，无从比较", "missing on one side: says nothing"),
    "resident_number.as_given": ("一致", "the same"),
    "resident_number.rewritten": ("书写规范后一致", "the same once written alike"),
    "resident_number.old_form": ("15位旧号，一致", "the same, in the old form of 15 digits"),
    "resident_number.repaired": ("按校验码更正一位后一致", "the same with one digit mended by the check character"),
    "resident_number.two_slips": ("差一至两位", "one or two digits off"),
    "resident_number.other_sound": ("是另一个有效号码", "another number that is sound"),
    "resident_number.other_broken": ("号码无效，且不同", "another number, and not sound"),
    "name.same": ("相同", "the same"),
    "name.former": ("与曾用名相同", "the same as a former name"),
    "name.other_order": ("字序不同", "in another order"),
    "name.homophone": ("同音不同字", "sounds the same"),
    "name.near_homophone": ("近音字", "sounds nearly the same"),
    "name.one_character": ("差一个字", "one character off"),
    "name.close": ("写法相近", "spelt nearly alike"),
    "name.half": ("两个字差一个", "one of two characters off"),
    "name.surname": ("只有姓相同", "the surname alone"),
    "name.differs": ("不同", "different"),
    "date.same": ("相同", "the same"),
    "date.day_month_swapped": ("月和日颠倒", "day and month swapped"),
    "date.one_day": ("差一天", "a day apart"),
    "date.one_digit": ("差一位数字", "one digit off"),
    "date.lunar": ("像是农历与公历之差", "as a lunar and a solar date differ"),
    "date.same_month": ("同年同月", "same year and month"),
    "date.year_off": ("月日相同，差一至两年", "same day, one or two years off"),
    "date.two_digits": ("差两位数字", "two digits off"),
    "date.same_year": ("同年", "same year"),
    "date.differs": ("不同", "different"),
    "category.same": ("相同", "the same"),
    "category.differs": ("不同", "different"),
    "division.same_village": ("同村", "same village"),
    "division.former_village": ("曾住该村", "lived in that village before"),
    "division.same_town": ("同乡镇，不同村", "same township, another village"),
    "division.same_county": ("同县，不同乡镇", "same county, another township"),
    "division.elsewhere": ("不同县", "another county"),
    "division.merged_village": ("并村后同村", "one village since they were merged"),
    "age.grown": ("已满十六岁", "sixteen or older"),
    "age.child": ("未满十六岁", "a child"),
    "age.before_birth": ("事发早于出生", "it happened before the birth"),
    "event_day.same": ("与已登记的日期相同", "the day already on record"),
    "event_day.same_weeks": ("与已登记的日期相差不到一月", "within a month of the day on record"),
    "event_day.differs": ("与已登记的日期不同", "another day than the one on record"),
    "phone.same": ("相同", "the same"),
    "phone.former": ("与曾用电话相同", "the same as a former phone"),
    "phone.one_digit": ("差一位", "one digit off"),
    "phone.differs": ("不同", "different"),
}
"""Levels by kind of field and level."""

NOTES: Final[dict[str, Pair]] = {
    "former": ("登记变更前：{value}", "on record before: {value}"),
    "equal": ("另有{n}人同样符合，无法区分", "{n} more are just as likely: nothing tells them apart"),
    "weaker": ("另有相近的人，把握因此降低", "somebody else is nearly as likely, which makes this less sure"),
    "name_alone": (
        "只有姓名相符，名字再少见也只能作为疑问",
        "nothing but the name agrees: however rare, it stays a question",
    ),
    "stranger": (
        "部分信息只能在几个人之间区分，不能排除外人",
        "some of it tells persons apart but does not rule out a stranger",
    ),
    "not_compared": ("此处不作比较", "not compared here"),
    "digits": ("第{at}位不同", "differs at place {at}"),
}

SOURCES: Final[dict[str, Pair]] = {
    "civil_affairs": ("民政", "civil affairs"),
    "justice": ("司法", "justice"),
    "personnel": ("人事", "personnel"),
    "police": ("公安", "police"),
    "market_supervision": ("市场监管", "market supervision"),
    "housing_register": ("不动产登记", "housing register"),
    "vehicle_office": ("车辆管理", "vehicle office"),
}


def source_word(source: str) -> Pair:
    """What a list is called: usual senders by name, others as they write themselves.

    >>> source_word("civil_affairs"), source_word("L7")
    (('民政', 'civil affairs'), ('L7', 'L7'))
    """
    return SOURCES.get(source, (source, source))
